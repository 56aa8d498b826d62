#include "policyd/dns/wire/dns_reply.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policyd/dns/wire/dns_query.h"
#include "tests/support/dns_message.h"

namespace policyd::dns::dns_reply_test {

using rules::DnsQuestion;
using rules::IpAddress;
using rules::RecordType;
using Status = DnsReply::Status;
using support::AddressRecord;
using support::Bytes;
using support::MailHostRecord;
using support::Message;
using support::NameRecord;
using support::OptRecord;
using support::SoaRecord;
using support::TextRecord;

const DnsQuestion kForward{"mail.example", RecordType::kA};
const DnsQuestion kTexts{"sender.example", RecordType::kTxt};
const DnsQuestion kMailHosts{"sender.example", RecordType::kMx};
const DnsQuestion kReverse{"45.113.0.203.in-addr.arpa", RecordType::kPtr};

std::string Text(const DnsReply& reply) {
  std::string text = "status " + std::to_string(static_cast<int>(reply.status));
  text += " rcode " + std::to_string(reply.rcode) + " ttl " + (reply.ttl ? std::to_string(*reply.ttl) : "-");
  for (const auto& name : reply.names) text += " " + name;
  for (const auto& address : reply.addresses) text += " " + address.ToString();
  return text;
}

struct Want {
  Status status = Status::kNotAnAnswer;
  std::optional<std::uint32_t> ttl;
  std::vector<std::string> records;
  int rcode = 0;
};

struct Case {
  const char* name;
  DnsQuestion asked;
  Message message;
  Want want;
};

class DnsReplyTest : public testing::TestWithParam<Case> {};

TEST_P(DnsReplyTest, SaysWhatTheMessageMeans) {
  const auto& [name, asked, message, want] = GetParam();
  const DnsReply got = ParseReply(message.ToBytes(), asked);
  std::vector<std::string> records = got.names;
  for (const auto& address : got.addresses) records.push_back(address.ToString());
  for (const auto& text : got.texts.whole) records.push_back(text);
  for (const auto& host : got.mail_hosts) records.push_back(std::to_string(host.preference) + " " + host.name);
  EXPECT_EQ(got.status, want.status) << Text(got);
  EXPECT_EQ(got.ttl, want.ttl) << Text(got);
  EXPECT_EQ(records, want.records);
  EXPECT_EQ(got.rcode, want.rcode);
}

const auto kRowName = [](const auto& row) { return std::string(row.param.name); };

Message Answering(const DnsQuestion& question, std::vector<support::Record> answer) {
  return {.questions = {question}, .answer = std::move(answer)};
}

Message WithRcode(unsigned rcode, std::vector<support::Record> authority = {}) {
  return {.rcode = rcode, .questions = {kForward}, .authority = std::move(authority)};
}

INSTANTIATE_TEST_SUITE_P(
    Positive, DnsReplyTest,
    testing::Values(
        Case{"least_ttl_of_the_addresses",
             kForward,
             Answering(kForward, {AddressRecord("mail.example", "192.0.2.1", 600),
                                  AddressRecord("mail.example", "192.0.2.2", 60)}),
             {Status::kPresent, 60, {"192.0.2.1", "192.0.2.2"}}},
        Case{"aaaa",
             DnsQuestion{"mail.example", RecordType::kAaaa},
             Answering({"mail.example", RecordType::kAaaa}, {AddressRecord("mail.example", "2001:db8::1")}),
             {Status::kPresent, 300, {"2001:db8::1"}}},
        Case{"question_in_another_case",
             kForward,
             Answering({"MAIL.eXample", RecordType::kA}, {AddressRecord("Mail.Example", "192.0.2.1")}),
             {Status::kPresent, 300, {"192.0.2.1"}}},
        Case{"cnames_count_for_the_ttl",
             kForward,
             Answering(kForward, {NameRecord("mail.example", support::kTypeCname, "a.example", 20),
                                  NameRecord("a.example", support::kTypeCname, "b.example", 90),
                                  AddressRecord("b.example", "192.0.2.1", 50)}),
             {Status::kPresent, 20, {"192.0.2.1"}}},
        Case{"cnames_in_any_order",
             kForward,
             Answering(kForward, {AddressRecord("b.example", "192.0.2.1", 50),
                                  NameRecord("a.example", support::kTypeCname, "b.example", 90),
                                  NameRecord("mail.example", support::kTypeCname, "a.example", 70)}),
             {Status::kPresent, 50, {"192.0.2.1"}}},
        Case{"rfc_2317_delegation",
             kReverse,
             Answering(kReverse,
                       {NameRecord(kReverse.name, support::kTypeCname, "45.0/26.113.0.203.in-addr.arpa", 3600),
                        NameRecord("45.0/26.113.0.203.in-addr.arpa", support::kTypePtr, "mail.example", 1800)}),
             {Status::kPresent, 1800, {"mail.example"}}},
        Case{"ttl_0",
             kForward,
             Answering(kForward, {AddressRecord("mail.example", "192.0.2.1", 0)}),
             {Status::kPresent, 0, {"192.0.2.1"}}},
        Case{"largest_ttl",
             kForward,
             Answering(kForward, {AddressRecord("mail.example", "192.0.2.1", 0x7fffffff)}),
             {Status::kPresent, 0x7fffffff, {"192.0.2.1"}}},
        Case{"ttl_with_the_highest_bit_is_0",
             kForward,
             Answering(kForward, {AddressRecord("mail.example", "192.0.2.1", 0x80000000)}),
             {Status::kPresent, 0, {"192.0.2.1"}}},
        Case{"records_of_other_owners_are_no_answer",
             kForward,
             Answering(kForward,
                       {AddressRecord("mail.example", "192.0.2.1"), AddressRecord("evil.example", "192.0.2.6")}),
             {Status::kPresent, 300, {"192.0.2.1"}}}),
    kRowName);

TEST(DnsReply, NamesWhereCnamesLead) {
  const DnsReply reply =
      ParseReply(Answering(kReverse, {NameRecord(kReverse.name, support::kTypeCname, "45.0/26.113.0.203.in-addr.arpa"),
                                      NameRecord("45.0/26.113.0.203.in-addr.arpa", support::kTypePtr, "mail.example")})
                     .ToBytes(),
                 kReverse);
  EXPECT_EQ(reply.aliases, (std::vector<std::string>{"45.0/26.113.0.203.in-addr.arpa"}));
  const DnsReply direct =
      ParseReply(Answering(kForward, {AddressRecord("mail.example", "192.0.2.1")}).ToBytes(), kForward);
  EXPECT_TRUE(direct.aliases.empty());
}

// RFC 6698, section 2.1.
TEST(DnsReply, ReadsCertificateRecords) {
  constexpr std::uint16_t kTypeTlsa = 52;
  const DnsQuestion asked{"_25._tcp.mail.example", RecordType::kTlsa};
  const auto reply_of = [&](Bytes data) {
    support::Record record = AddressRecord(asked.name, "192.0.2.1");
    record.type = kTypeTlsa;
    record.data = std::move(data);
    return ParseReply(Answering(asked, {record}).ToBytes(), asked);
  };
  EXPECT_EQ(reply_of({3, 1, 1, 0x0A, 0xF0}).texts.whole, (std::vector<std::string>{"3 1 1 0AF0"}));
  EXPECT_EQ(reply_of({3, 1, 1}).status, Status::kNotAnAnswer);
}

// RFC 6840, section 5.8: of an answer that says so, and only where a certificate rests on it.
TEST(DnsReply, SaysWhetherCertificatesAreSigned) {
  const DnsQuestion asked{"_25._tcp.mail.example", RecordType::kTlsa};
  const auto is_signed = [](const DnsQuestion& question, bool says_so) {
    Bytes bytes = Answering(question, {}).ToBytes();
    if (says_so) bytes[3] |= 0x20;
    return ParseReply(bytes, question).is_signed;
  };
  EXPECT_TRUE(is_signed(asked, true));
  EXPECT_FALSE(is_signed(asked, false));
  EXPECT_FALSE(is_signed(kForward, true));
}

INSTANTIATE_TEST_SUITE_P(
    PtrNames, DnsReplyTest,
    testing::Values(Case{"normalised",
                         kReverse,
                         Answering(kReverse, {NameRecord(kReverse.name, support::kTypePtr, "MAIL.Example")}),
                         {Status::kPresent, 300, {"mail.example"}}},
                    Case{"one_bad_name_leaves_the_good_ones",
                         kReverse,
                         Answering(kReverse, {NameRecord(kReverse.name, support::kTypePtr, "ev\nil.example"),
                                              NameRecord(kReverse.name, support::kTypePtr, "good.example")}),
                         {Status::kPresent, 300, {"good.example"}}},
                    Case{"nul_quote_tag_and_utf8_are_bad",
                         kReverse,
                         Answering(kReverse,
                                   {NameRecord(kReverse.name, support::kTypePtr, std::string_view("a\0b.example", 11)),
                                    NameRecord(kReverse.name, support::kTypePtr, "a\"b.example"),
                                    NameRecord(kReverse.name, support::kTypePtr, "<script>.example"),
                                    NameRecord(kReverse.name, support::kTypePtr, "m\xc3\xbcller.example")}),
                         {Status::kAbsent, 300, {}}},
                    Case{"the_root_is_bad",
                         kReverse,
                         Answering(kReverse, {NameRecord(kReverse.name, support::kTypePtr, "")}),
                         {Status::kAbsent, 300, {}}},
                    Case{"twice_the_same_is_once",
                         kReverse,
                         Answering(kReverse, {NameRecord(kReverse.name, support::kTypePtr, "a.example"),
                                              NameRecord(kReverse.name, support::kTypePtr, "A.EXAMPLE")}),
                         {Status::kPresent, 300, {"a.example"}}}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Texts, DnsReplyTest,
    testing::Values(
        Case{"strings_are_joined_without_a_space",
             kTexts,
             Answering(kTexts, {TextRecord("sender.example", {"v=spf1", "mx", " -all"})}),
             {Status::kPresent, 300, {"v=spf1mx -all"}}},
        Case{"records_stay_apart",
             kTexts,
             Answering(kTexts, {TextRecord("sender.example", {"b"}), TextRecord("sender.example", {"a"})}),
             {Status::kPresent, 300, {"a", "b"}}},
        Case{"any_byte",
             kTexts,
             Answering(kTexts, {TextRecord("sender.example", {std::string("\0\xff\n", 3)})}),
             {Status::kPresent, 300, {std::string("\0\xff\n", 3)}}},
        Case{"no_string", kTexts, Answering(kTexts, {TextRecord("sender.example", {})}), {Status::kPresent, 300, {""}}},
        Case{"a_string_beyond_the_record",
             kTexts,
             Answering(kTexts, {{.owner = "sender.example", .type = support::kTypeTxt, .data = {3, 'a'}}}),
             {}}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    MailHosts, DnsReplyTest,
    testing::Values(Case{"preferred_first",
                         kMailHosts,
                         Answering(kMailHosts, {MailHostRecord("sender.example", 20, "B.example"),
                                                MailHostRecord("sender.example", 10, "z.example")}),
                         {Status::kPresent, 300, {"10 z.example", "20 b.example"}}},
                    Case{"twice_the_same_is_twice",
                         kMailHosts,
                         Answering(kMailHosts, {MailHostRecord("sender.example", 2, "a.example"),
                                                MailHostRecord("sender.example", 1, "a.example")}),
                         {Status::kPresent, 300, {"1 a.example", "2 a.example"}}},
                    Case{"null_mx",
                         kMailHosts,
                         Answering(kMailHosts, {MailHostRecord("sender.example", 0, "")}),
                         {Status::kPresent, 300, {"0 "}}},
                    Case{
                        "no_name",
                        kMailHosts,
                        Answering(kMailHosts, {{.owner = "sender.example", .type = support::kTypeMx, .data = {0, 10}}}),
                        {}}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Negative, DnsReplyTest,
    testing::Values(
        Case{"nxdomain_soa_ttl_is_less",
             kForward,
             WithRcode(3, {SoaRecord("example", 100, 900)}),
             {Status::kAbsent, 100, {}, 3}},
        Case{"nxdomain_minimum_is_less",
             kForward,
             WithRcode(3, {SoaRecord("example", 900, 30)}),
             {Status::kAbsent, 30, {}, 3}},
        Case{"nxdomain_without_soa", kForward, WithRcode(3), {Status::kAbsent, std::nullopt, {}, 3}},
        Case{"no_data", kForward, WithRcode(0, {SoaRecord("example", 600, 600)}), {Status::kAbsent, 600, {}}},
        Case{"no_data_without_soa", kForward, WithRcode(0), {Status::kAbsent, std::nullopt, {}}},
        Case{"cname_without_data",
             kForward,
             {.questions = {kForward},
              .answer = {NameRecord("mail.example", support::kTypeCname, "a.example", 40)},
              .authority = {SoaRecord("example", 600, 600)}},
             {Status::kAbsent, 40, {}}},
        Case{"cname_loop",
             kForward,
             Answering(kForward, {NameRecord("mail.example", support::kTypeCname, "a.example"),
                                  NameRecord("a.example", support::kTypeCname, "mail.example")}),
             {Status::kAbsent, std::nullopt, {}}},
        Case{"only_another_owner",
             kForward,
             Answering(kForward, {AddressRecord("evil.example", "192.0.2.6")}),
             {Status::kAbsent, std::nullopt, {}}},
        Case{"only_another_type",
             kForward,
             Answering(kForward, {NameRecord("mail.example", support::kTypeTxt, "text")}),
             {Status::kAbsent, std::nullopt, {}}}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(Errors, DnsReplyTest,
                         testing::Values(Case{"formerr", kForward, WithRcode(1), {Status::kError, std::nullopt, {}, 1}},
                                         Case{
                                             "servfail", kForward, WithRcode(2), {Status::kError, std::nullopt, {}, 2}},
                                         Case{"refused", kForward, WithRcode(5), {Status::kError, std::nullopt, {}, 5}},
                                         Case{"rcode_9", kForward, WithRcode(9), {Status::kError, std::nullopt, {}, 9}},
                                         Case{"badvers_16_in_opt",
                                              kForward,
                                              {.questions = {kForward}, .additional = {OptRecord(1)}},
                                              {Status::kError, std::nullopt, {}, 16}},
                                         Case{"referral",
                                              kForward,
                                              {.questions = {kForward},
                                               .authority = {NameRecord("example", support::kTypeNs, "ns.example")}},
                                              {Status::kError, std::nullopt, {}}},
                                         Case{"truncated",
                                              kForward,
                                              {.is_truncated = true, .questions = {kForward}},
                                              {Status::kTruncated, std::nullopt, {}}}),
                         kRowName);

INSTANTIATE_TEST_SUITE_P(
    NotAnAnswer, DnsReplyTest,
    testing::Values(Case{"our_own_question_echoed", kForward, {.is_response = false, .questions = {kForward}}, {}},
                    Case{"another_opcode", kForward, {.opcode = 5, .questions = {kForward}}, {}},
                    Case{"another_name", kForward, Answering({"mail.example2", RecordType::kA}, {}), {}},
                    Case{"another_type", kForward, Answering({"mail.example", RecordType::kAaaa}, {}), {}},
                    Case{"no_question", kForward, {.questions = {}}, {}},
                    Case{"two_questions", kForward, {.questions = {kForward, kForward}}, {}},
                    Case{"address_of_5_bytes",
                         kForward,
                         Answering(kForward, {{.owner = "mail.example", .data = {1, 2, 3, 4, 5}}}),
                         {}},
                    Case{"name_without_end",
                         kReverse,
                         Answering(kReverse,
                                   {{.owner = kReverse.name, .type = support::kTypePtr, .data = {3, 'a', 'b'}}}),
                         {}},
                    Case{"empty_name",
                         kReverse,
                         Answering(kReverse, {{.owner = kReverse.name, .type = support::kTypePtr, .data = {}}}),
                         {}}),
    kRowName);

TEST(DnsReply, FollowsEightCnamesAndNoMore) {
  for (const int length : {8, 9}) {
    Message message{.questions = {kForward}};
    std::string owner = kForward.name;
    for (int i = 0; i < length; ++i) {
      const std::string target = "c" + std::to_string(i) + ".example";
      message.answer.push_back(NameRecord(owner, support::kTypeCname, target));
      owner = target;
    }
    message.answer.push_back(AddressRecord(owner, "192.0.2.1"));
    const DnsReply reply = ParseReply(message.ToBytes(), kForward);
    EXPECT_EQ(reply.status, Status::kPresent);
    EXPECT_EQ(reply.is_cut, length == 9);
    EXPECT_EQ(reply.addresses.size(), length == 8 ? 1U : 0U) << "what lies beyond is not known";
  }
}

TEST(DnsReply, ALongLoopOfCnamesLeadsNowhere) {
  Message message{.questions = {kForward}};
  for (int i = 0; i < 6; ++i) {
    const auto name = [](int number) {
      return number == 0 ? kForward.name : "c" + std::to_string(number) + ".example";
    };
    message.answer.push_back(NameRecord(name(i), support::kTypeCname, name((i + 1) % 6)));
  }
  const DnsReply reply = ParseReply(message.ToBytes(), kForward);
  EXPECT_EQ(reply.status, Status::kAbsent);
  EXPECT_FALSE(reply.is_cut);
}

TEST(DnsReply, KeepsABoundedNumberOfRecords) {
  Message many_names{.questions = {kReverse}}, many_addresses{.questions = {kForward}};
  for (int i = 0; i < 2000; ++i) {
    many_names.answer.push_back(NameRecord(kReverse.name, support::kTypePtr, "n" + std::to_string(i) + ".example"));
    many_addresses.answer.push_back(AddressRecord(kForward.name, "192.0.2.1"));
  }
  const auto is_cut = [](const Message& message, const DnsQuestion& question) {
    return ParseReply(message.ToBytes(), question).is_cut;
  };
  EXPECT_EQ(ParseReply(many_names.ToBytes(), kReverse).names.size(), rules::kMaxPtrNames);
  EXPECT_TRUE(is_cut(many_names, kReverse));
  many_names.answer.resize(30);
  const auto names = ParseReply(many_names.ToBytes(), kReverse).names;
  std::ranges::reverse(many_names.answer);
  EXPECT_EQ(ParseReply(many_names.ToBytes(), kReverse).names, names) << "the same ones in every order";
  Message many_hosts{.questions = {kMailHosts}};
  for (std::uint16_t i = 0; i < 30; ++i) many_hosts.answer.push_back(MailHostRecord(kMailHosts.name, i, "a.example"));
  EXPECT_EQ(ParseReply(many_hosts.ToBytes(), kMailHosts).mail_hosts.size(), rules::kMaxMailHosts);
  EXPECT_TRUE(is_cut(many_hosts, kMailHosts));
  many_addresses.answer.resize(400);
  EXPECT_EQ(ParseReply(many_addresses.ToBytes(), kForward).addresses.size(), rules::kMaxAddresses);
  EXPECT_TRUE(is_cut(many_addresses, kForward));
  EXPECT_TRUE(is_cut(many_names, kReverse));
  many_names.answer.resize(rules::kMaxPtrNames);
  many_addresses.answer.resize(rules::kMaxAddresses);
  EXPECT_FALSE(is_cut(many_names, kReverse));
  EXPECT_FALSE(is_cut(many_addresses, kForward));
  for (int i = 0; i < 300; ++i) many_names.answer.push_back(AddressRecord("other.example", "192.0.2.1"));
  EXPECT_TRUE(is_cut(many_names, kReverse)) << "more records than are looked at";
}

// 64 KiB in 2,000 records, and in one.
TEST(DnsReply, KeepsABoundedPartOfTexts) {
  Message many{.questions = {kTexts}};
  for (int i = 0; i < 2000; ++i) {
    many.answer.push_back(TextRecord(kTexts.name, {"token-" + std::to_string(i)}));
  }
  many.answer.resize(1999);
  many.answer.insert(many.answer.begin(), TextRecord(kTexts.name, {"v=spf1 -all"}));
  const DnsReply reply = ParseReply(many.ToBytes(), kTexts);
  EXPECT_EQ(reply.status, Status::kPresent);
  EXPECT_EQ(reply.texts.whole.front(), "v=spf1 -all");
  EXPECT_LE(reply.texts.whole.size(), rules::kMaxTexts);
  EXPECT_TRUE(reply.is_cut) << "more records than are looked at";

  const Message one =
      Answering(kTexts, {TextRecord(kTexts.name, std::vector<std::string>(250, std::string(255, 'x')))});
  const DnsReply longest = ParseReply(one.ToBytes(), kTexts);
  EXPECT_EQ(longest.status, Status::kPresent);
  EXPECT_TRUE(longest.texts.whole.empty());
  EXPECT_EQ(longest.texts.begun, std::vector<std::string>{std::string(rules::kBegunText, 'x')});
}

TEST(DnsReply, ReadsTheAnswerToAProbe) {
  for (const ProbeQuestion question : {ProbeQuestion::kRoot, ProbeQuestion::kReverseTree}) {
    Bytes reply = BuildProbe(question, {.id = 4711, .edns = false});
    EXPECT_FALSE(ParseProbeReply(reply, question)) << "our own question";
    reply[2] |= 0x80;
    EXPECT_EQ(ParseProbeReply(reply, question), 0);
    reply[3] = 0x82;
    EXPECT_EQ(ParseProbeReply(reply, question), 2);
    reply[2] |= kTruncatedBit;
    EXPECT_EQ(ParseProbeReply(reply, question), 2) << "whatever it says of the root";
    Bytes broken = reply;
    broken[2] = 0x80;
    broken[7] = 1;  // an answer that is not there
    EXPECT_FALSE(ParseProbeReply(broken, question));
    Bytes other = reply;
    other[other.size() - 3] = 1;  // A
    EXPECT_FALSE(ParseProbeReply(other, question));
    for (std::size_t size = 0; size < reply.size(); ++size) {
      EXPECT_FALSE(ParseProbeReply(std::span(reply).first(size), question)) << size;
    }
  }
  Bytes reply = BuildProbe(ProbeQuestion::kRoot, {.id = 4711, .edns = false});
  reply[2] |= 0x80;
  EXPECT_FALSE(ParseProbeReply(reply, ProbeQuestion::kReverseTree)) << "an answer to the other question";
}

TEST(DnsReply, EndsAtPointerLoops) {
  Bytes bytes = Answering(kForward, {AddressRecord("", "192.0.2.1")}).ToBytes();
  const std::size_t owner = 12 + support::WireName(kForward.name).size() + 4;
  ASSERT_EQ(bytes[owner], 0);
  bytes[owner] = 0xc0;  // a pointer to itself
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(owner) + 1, static_cast<std::uint8_t>(owner));
  EXPECT_EQ(ParseReply(bytes, kForward).status, Status::kNotAnAnswer);
}

TEST(DnsReply, NoCutMessageIsAnAnswer) {
  const Bytes whole = Message{.questions = {kReverse},
                              .answer = {NameRecord(kReverse.name, support::kTypePtr, "mail.example")},
                              .authority = {SoaRecord("example", 1, 1)}}
                          .ToBytes();
  ASSERT_EQ(ParseReply(whole, kReverse).status, Status::kPresent);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(ParseReply(cut, kReverse).status, Status::kNotAnAnswer) << "cut at " << size;
  }
}

TEST(DnsReply, ACutMessageWithTcIsTruncated) {
  Message message = Answering(kForward, {AddressRecord("mail.example", "192.0.2.1")});
  message.is_truncated = true;
  Bytes bytes = message.ToBytes();
  bytes.resize(bytes.size() - 3);
  EXPECT_EQ(ParseReply(bytes, kForward).status, Status::kTruncated);
}

TEST(DnsReply, ReadsANameWithSpecialBytes) {
  const DnsQuestion asked{"o$b@c.name-list.example", RecordType::kA};
  const auto got = ParseReply(Answering(asked, {AddressRecord(asked.name, "127.0.0.2")}).ToBytes(), asked);
  EXPECT_EQ(got.status, Status::kPresent);
}

}  // namespace policyd::dns::dns_reply_test
