#include "rules/client/helo.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/rule_words.h"

namespace rules::helo_test {

using testing::Values;

// What the verdict says of the HELO name, with the points: "helo_literal 3 sender_match -3".
std::string HeloSignals(const Verdict& verdict) {
  std::string text;
  for (const Signal& signal : verdict.signals) {
    if (signal.kind < SignalKind::kHeloLiteral) continue;
    text += std::string(text.empty() ? "" : " ") + Name(signal.kind) + " " + PrintPoints(signal.points);
  }
  return text;
}

struct Case {
  const char* name;
  std::string helo;
  std::string want;
  std::string confirmed = "alpha.company.example";  // "": there is no PTR
  std::string sender = "someone@elsewhere.example";
};

Verdict Judge(const Case& mail, const Policy& policy, std::vector<support::Known> more = {}) {
  if (mail.confirmed.empty()) {
    more.push_back(support::NoPtr());
  } else {
    more.push_back(support::Ptr({mail.confirmed}));
    more.push_back(support::Forward(mail.confirmed, support::kClient));
  }
  Facts facts = support::FactsOf(more);
  Request request = support::Mail();
  request.helo_name = mail.helo;
  request.sender = mail.sender;
  for (;;) {
    Outcome outcome = Evaluate(policy, {}, request, facts, support::Now());
    if (outcome.verdict) return *std::move(outcome.verdict);
    for (const Question& question : outcome.open) facts.Add(question, support::Absent());
  }
}

Policy OwnNamed() {
  Policy policy = support::WithZones({});
  policy.own_names = {"mx.here.example"};
  return policy;
}

class HeloTest : public testing::TestWithParam<Case> {};

TEST_P(HeloTest, SpeaksForOrAgainst) {
  EXPECT_EQ(HeloSignals(Judge(GetParam(), OwnNamed())), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, HeloTest,
    Values(Case{"none_was_given", "", ""}, Case{"literal", "[203.0.113.45]", "helo_literal 3"},
           Case{"literal_v6", "[IPv6:2001:db8::1]", "helo_literal 3"},
           Case{"bare_address", "203.0.113.45", "helo_literal 3"}, Case{"one_label", "mailserver", "helo_not_public 3"},
           Case{"local", "server.Local.", "helo_not_public 3"},
           Case{"localdomain", "x.localdomain", "helo_not_public 3"},
           Case{"number_at_the_end", "300.300.300.300", "helo_not_public 3"},
           Case{"blank", "my server", "helo_not_public 3"}, Case{"empty_label", "a..example", "helo_not_public 3"},
           Case{"u_label",
                "b\xc3\xbc"
                "cher.example",
                "helo_unrelated 3"},
           Case{"control_byte", "a\x01.example", "helo_not_public 3"},
           Case{"too_long", std::string(254, 'a'), "helo_not_public 3"},
           Case{"localhost", "LocalHost", "helo_localhost 3"},
           Case{"localhost_with_domain", "localhost.localdomain", "helo_localhost 3"},
           Case{"our_own_name", "MX.here.example.", "helo_own_name 3"},
           Case{"our_own_machine", "mx.here.example", "", "mx.here.example"},
           Case{"without_a_name_too", "[203.0.113.45]", "helo_literal 3", ""},
           Case{"of_a_line_too", "localhost", "helo_localhost 3", "203-0-113-45.adsl.isp.example"}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Relation, HeloTest,
    Values(Case{"the_confirmed_name", "ALPHA.company.example", ""}, Case{"same_domain", "out7.company.example", ""},
           Case{"unrelated", "mail.third.example", "helo_unrelated 3"},
           Case{"of_the_senders_domain", "mail.elsewhere.example", ""},
           Case{"the_senders_domain_itself", "elsewhere.example", "helo_unrelated 3"},
           Case{"null_sender_tells_nothing", "mail.third.example", "", "mail.company.example", ""},
           Case{"sender_not_known", "mail.third.example", "", "alpha.company.example", "-"},
           Case{"mail_servers_of_two_names", "smtp.third.example", "", "mail.company.example"},
           Case{"a_mail_server_of_another_kind_of_name", "web.third.example", "helo_unrelated 3",
                "mail.company.example"},
           Case{"of_a_mail_server_but_the_senders", "elsewhere.example", "", "mail.company.example"},
           Case{"nothing_to_compare_with", "mail.third.example", "", ""},
           Case{"a_line_is_not_compared", "mail.third.example", "", "203-0-113-45.adsl.isp.example"},
           Case{"public_suffix_is_no_relation", "mail.one.co.uk", "helo_unrelated 3", "alpha.two.co.uk"},
           Case{"cloud_name", "third.example", "helo_unrelated 3", "ec2-203-0-113-45.compute-1.amazonaws.com"}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Favour, HeloTest,
    Values(Case{"sender_forgives", "server.local", "helo_not_public 3 sender_match -3", "mail.company.example",
                "someone@company.example"},
           Case{"sender_below_the_registered_domain", "server.local", "helo_not_public 3 sender_match -3",
                "mail.company.example", "someone@news.company.example"},
           Case{"mail_server_set_up_badly", "server.local", "helo_not_public 3 mail_name -3", "mail.company.example"},
           Case{"cloud_name_said_rightly", "ec2-203-0-113-45.compute-1.amazonaws.com", "helo_match -1",
                "ec2-203-0-113-45.compute-1.amazonaws.com"},
           Case{"not_our_own_name", "mx.here.example", "helo_own_name 3 sender_match -3", "mail.company.example",
                "someone@company.example"},
           Case{"no_line_is_forgiven", "localhost", "helo_localhost 3", "203-0-113-45.adsl.isp.example",
                "someone@isp.example"},
           Case{"nor_its_own_name", "203-0-113-45.adsl.isp.example", "", "203-0-113-45.adsl.isp.example",
                "someone@isp.example"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Helo, FavourBuysNobodyOffAList) {
  const Case mail{"", "ec2-203-0-113-45.compute-1.amazonaws.com", "", "ec2-203-0-113-45.compute-1.amazonaws.com",
                  "someone@amazonaws.com"};
  const Verdict got = Judge(mail, support::WithZones({"zen.example*8"}), {support::Listed("zen.example")});
  EXPECT_EQ(got.score, Points{80});
  EXPECT_STREQ(Name(got.action), "defer");
}

TEST(Helo, ACleanClientHasNoSignal) {
  const Verdict got =
      Judge({"", "mail.company.example", "", "mail.company.example", "someone@company.example"}, OwnNamed());
  EXPECT_TRUE(got.signals.empty());
  EXPECT_STREQ(Name(got.action), "pass");
  EXPECT_STREQ(Name(got.reason), "clean");
}

// The name, were it known, might forgive: DNS that fails must not cost an honest client anything.
TEST(Helo, SaysNothingWhileDnsFails) {
  const auto judge = [](const Fact& ptr) {
    Request request = support::Mail();
    request.helo_name = "localhost";
    Facts facts = support::FactsOf({{Question::Ptr(), ptr}});
    for (;;) {
      Outcome outcome = Evaluate(support::WithZones({}), {}, request, facts, support::Now());
      if (outcome.verdict) return HeloSignals(*outcome.verdict);
      for (const Question& question : outcome.open) facts.Add(question, support::Absent());
    }
  };
  EXPECT_EQ(judge(support::Unavailable()), "");
  EXPECT_EQ(judge(support::BlamesName()), "helo_localhost 3") << "here its own name server is to blame";
}

// A name at odds with the confirmed one and the sender is no fault where it is another name of the client.
struct HeloCase {
  const char* name;
  std::optional<Fact> addresses;  // of the HELO name; nothing: not known yet
  std::string want;               // signals, or "asks"
};

// There are more than those.
Fact Cut(Addresses addresses) {
  Fact fact = support::Present(std::move(addresses));
  fact.is_cut = true;
  return fact;
}

class HeloAddressTest : public testing::TestWithParam<HeloCase> {};

TEST_P(HeloAddressTest, CountsWhereItResolvesToOthers) {
  const std::string helo = "mail.customer.example";
  std::vector<support::Known> known = {support::Ptr({"alpha.hoster.example"}),
                                       support::Forward("alpha.hoster.example", support::kClient)};
  const Question question = Question::NameAddresses(helo, support::Client());
  if (GetParam().addresses) known.emplace_back(question, *GetParam().addresses);
  Request request = support::Mail();
  request.helo_name = helo;
  request.sender = "someone@third.example";
  for (const Question& asked : {Question::Triplet("hoster.example"), Question::AutoWhitelist("alpha.hoster.example")}) {
    known.emplace_back(asked, support::Absent());
  }
  const Outcome got = Evaluate(support::WithZones({}), {}, request, support::FactsOf(known), support::Now());
  if (GetParam().want == "asks") {
    EXPECT_FALSE(got.verdict);
    EXPECT_EQ(got.open, std::vector<Question>{question});
    return;
  }
  ASSERT_TRUE(got.verdict);
  EXPECT_EQ(HeloSignals(*got.verdict), GetParam().want);
  EXPECT_STREQ(Name(got.verdict->reason), GetParam().want.empty() ? "clean" : "helo");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, HeloAddressTest,
    Values(HeloCase{"not_known_is_asked", {}, "asks"},
           HeloCase{"the_client", support::Present(Addresses{*IpAddress::Parse("192.0.2.1"), support::Client()}), ""},
           HeloCase{"somebody_else", support::Present(Addresses{*IpAddress::Parse("192.0.2.1")}), "helo_unrelated 3"},
           HeloCase{"nobody", support::Absent(), "helo_unrelated 3"},
           HeloCase{"dns_is_dead", support::Unavailable(), ""},
           HeloCase{"its_own_zone_is_silent", support::BlamesName(), "helo_unrelated 3"},
           HeloCase{"among_what_was_cut", Cut(Addresses{*IpAddress::Parse("192.0.2.1")}), ""},
           HeloCase{"beside_what_was_cut", Cut(Addresses{support::Client()}), ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Helo, IsNotAskedWhereItChangesNothing) {
  const auto asks = [](const Policy& policy, std::vector<support::Known> known) {
    known.push_back(support::Ptr({"alpha.hoster.example"}));
    known.push_back(support::Forward("alpha.hoster.example", support::kClient));
    Request request = support::Mail();
    request.helo_name = "mail.customer.example";
    request.sender = "someone@third.example";
    return !Evaluate(policy, {}, request, support::FactsOf(known), support::Now()).verdict;
  };
  EXPECT_TRUE(asks(support::WithZones({}), {}));
  const Policy listed = support::WithZones({"zen.example*20"});
  EXPECT_FALSE(asks(listed, {support::Listed("zen.example")})) << "deferred with it or without";
  Policy off = support::WithZones({});
  off.points[static_cast<std::size_t>(SignalKind::kHeloUnrelated)] = {};
  EXPECT_FALSE(asks(off, {}));
}

TEST(Helo, IsAskedInTheFamilyOfTheClient) {
  const auto v6 = *IpAddress::Parse("2001:db8::1");
  EXPECT_EQ(ToDns(Question::NameAddresses("mail.example", v6), v6), (DnsQuestion{"mail.example", RecordType::kAaaa}));
  EXPECT_EQ(ToDns(Question::NameAddresses("mail.example", support::Client()), support::Client()),
            (DnsQuestion{"mail.example", RecordType::kA}));
  EXPECT_NE(Question::NameAddresses("mail.example", v6), Question::NameAddresses("mail.example", support::Client()))
      << "kept by name: the families must not mix";
}

TEST(Helo, AnotherPtrNameIsARelationToo) {
  const Case mail{"", "mail.third.example", ""};
  Facts facts = support::FactsOf({support::Ptr({"alpha.company.example", "mail.third.example"}),
                                  support::Forward("alpha.company.example", support::kClient)});
  Request request = support::Mail();
  request.helo_name = mail.helo;
  request.sender = mail.sender;
  const Outcome got = Evaluate(support::WithZones({}), {}, request, facts, support::Now());
  ASSERT_TRUE(got.verdict);
  EXPECT_TRUE(got.verdict->signals.empty());
}

TEST(Helo, PointsOfZeroSwitchASignalOff) {
  for (const char* helo : {"localhost", "[203.0.113.45]", "server.local", "mx.here.example", "mail.third.example"}) {
    Policy policy = OwnNamed();
    for (const SignalKind kind : {SignalKind::kHeloLiteral, SignalKind::kHeloNotPublic, SignalKind::kHeloLocalhost,
                                  SignalKind::kHeloOwnName, SignalKind::kHeloUnrelated}) {
      policy.points[static_cast<std::size_t>(kind)] = {};
    }
    EXPECT_TRUE(Judge({"", helo, ""}, policy).signals.empty()) << helo;
  }
}

TEST(Helo, TheReasonAndTheTextAreThoseOfHelo) {
  const Verdict got = Judge({"", "mail.third.example", ""}, OwnNamed());
  EXPECT_STREQ(Name(got.action), "greylist");
  EXPECT_STREQ(Name(got.reason), "helo");
}

}  // namespace rules::helo_test
