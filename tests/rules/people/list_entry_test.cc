#include "rules/people/list_entry.h"

#include <gtest/gtest.h>

namespace rules::list_entry_test {

using Kind = Target::Kind;

struct ParseCase {
  const char* name;
  std::string text;
  Kind kind;
  std::string want;
};

class ParseTargetTest : public testing::TestWithParam<ParseCase> {};

TEST_P(ParseTargetTest, NormalisesTheText) {
  const auto got = Target::Parse(GetParam().text);
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->kind, GetParam().kind);
  EXPECT_EQ(got->text, GetParam().want);
  const auto again = Target::Parse(got->text);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *got);
}

INSTANTIATE_TEST_SUITE_P(
    Target, ParseTargetTest,
    testing::Values(
        ParseCase{"v4", "192.0.2.1", Kind::kAddress, "192.0.2.1"},
        ParseCase{"v6", "2001:DB8:0::1", Kind::kAddress, "2001:db8::1"},
        ParseCase{"mapped", "::ffff:192.0.2.1", Kind::kAddress, "192.0.2.1"},
        ParseCase{"network", "192.0.2.0/24", Kind::kNetwork, "192.0.2.0/24"},
        ParseCase{"v6_network", "2001:DB8::/32", Kind::kNetwork, "2001:db8::/32"},
        ParseCase{"full_prefix", "192.0.2.1/32", Kind::kAddress, "192.0.2.1"},
        ParseCase{"full_v6_prefix", "::1/128", Kind::kAddress, "::1"},
        ParseCase{"host", "Mail.Example.COM.", Kind::kHost, "mail.example.com"},
        ParseCase{"host_like_an_address", "192.0.2.1.example", Kind::kHost, "192.0.2.1.example"},
        ParseCase{"domain", ".Example.com", Kind::kDomain, ".example.com"},
        ParseCase{"top_level_domain", ".example", Kind::kDomain, ".example"},
        ParseCase{"pattern", "/^mx[0-9]+\\.Example\\.com$/", Kind::kPattern, "/^mx[0-9]+\\.Example\\.com$/"},
        ParseCase{"pattern_with_an_at_sign", "/a@b/", Kind::kPattern, "/a@b/"},
        ParseCase{"sender", "User+Tag@Example.com", Kind::kSender, "user+tag@example.com"},
        ParseCase{"sender_with_slash", "a/b@example.com", Kind::kSender, "a/b@example.com"},
        ParseCase{"local_host", "root@localhost", Kind::kSender, "root@localhost"},
        ParseCase{"sender_domain", "@Example.com", Kind::kSenderDomain, "@example.com"},
        ParseCase{"recipient", "rcpt:User@Example.com", Kind::kRecipient, "rcpt:user@example.com"},
        ParseCase{"recipient_upper_case", "RCPT:user@example.com", Kind::kRecipient, "rcpt:user@example.com"},
        ParseCase{"recipient_domain", "rcpt:@Example.com", Kind::kRecipientDomain, "rcpt:@example.com"},
        ParseCase{"in_angles", "<user@example.com>", Kind::kSender, "user@example.com"},
        ParseCase{"in_brackets", "[192.0.2.1]", Kind::kAddress, "192.0.2.1"},
        ParseCase{"final_dot", "192.0.2.1.", Kind::kAddress, "192.0.2.1"},
        ParseCase{"as_in_mynetworks", "[::1]/128", Kind::kAddress, "::1"},
        ParseCase{"literal", "[IPv6:2001:db8::1]", Kind::kAddress, "2001:db8::1"},
        ParseCase{"tag", "IPv6:2001:db8::/32", Kind::kNetwork, "2001:db8::/32"},
        ParseCase{"nat64", "64:ff9b::c000:20a", Kind::kAddress, "192.0.2.10"},
        ParseCase{"u_label_host", "mail.m\xc3\xbcller.example", Kind::kHost, "mail.xn--mller-kva.example"},
        ParseCase{"u_label_domain", ".M\xc3\x9cLLER.example", Kind::kDomain, ".xn--mller-kva.example"},
        ParseCase{"u_label_sender", "@m\xc3\xbcller.example", Kind::kSenderDomain, "@xn--mller-kva.example"},
        ParseCase{"u_label_recipient", "rcpt:a@m\xc3\xbcller.example", Kind::kRecipient,
                  "rcpt:a@xn--mller-kva.example"},
        ParseCase{"quoted_sender", "\"x y\"@example.com", Kind::kSender, "\"x y\"@example.com"},
        ParseCase{"full_width_address", "\xef\xbc\x91\xef\xbc\x99\xef\xbc\x92\xef\xbc\x8e\xef\xbc\x90.2.1",
                  Kind::kAddress, "192.0.2.1"},
        ParseCase{"full_width_at",
                  "ann\xef\xbc\xa0"
                  "example.com",
                  Kind::kSender, "ann@example.com"},
        ParseCase{"sender_of_a_log_line", "from=<ann@example.com>,", Kind::kSender, "ann@example.com"},
        ParseCase{"recipient_of_a_log_line", "to=<ann@example.com>,", Kind::kRecipient, "rcpt:ann@example.com"},
        ParseCase{"copied_recipient", "rcpt:<ann@example.com>", Kind::kRecipient, "rcpt:ann@example.com"},
        ParseCase{"sender_domain_and_below", "<@.M\xc3\xbcller.example.>", Kind::kSenderDomain,
                  "@.xn--mller-kva.example"},
        ParseCase{"recipient_domain_and_below", "RCPT:@.Open.example", Kind::kRecipientDomain, "rcpt:@.open.example"},
        ParseCase{"utf8_local_part",
                  "b\xc3\xbc"
                  "cher@example.com",
                  Kind::kSender,
                  "b\xc3\xbc"
                  "cher@example.com"}),
    [](const auto& row) { return row.param.name; });

struct ErrorCase {
  const char* name;
  std::string text;
  const char* want = "expected an address, a network, a host name, .domain";
};

class BadTargetTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(BadTargetTest, SaysWhatWasExpected) {
  const auto got = Target::Parse(GetParam().text);
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().message.find(GetParam().want), std::string::npos) << got.error().message;
  EXPECT_NE(got.error().message.find("got \""), std::string::npos) << got.error().message;
  for (const char c : got.error().message) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

INSTANTIATE_TEST_SUITE_P(
    Target, BadTargetTest,
    testing::Values(ErrorCase{"empty", ""}, ErrorCase{"blank", "a b"}, ErrorCase{"bare_word", "example"},
                    ErrorCase{"mistyped_address", "192.0.2.300"}, ErrorCase{"part_of_an_address", "192.0.2"},
                    ErrorCase{"dot", "."}, ErrorCase{"two_dots", "..example"}, ErrorCase{"empty_label", "a..example"},
                    ErrorCase{"at", "@"}, ErrorCase{"no_domain", "user@"}, ErrorCase{"bad_domain", "user@a b"},
                    ErrorCase{"user_below", "user@.example.com"}, ErrorCase{"below_a_user", "@.ann@example.com"},
                    ErrorCase{"below_a_name", "@.fans <ann@example.net>"},
                    ErrorCase{"below_a_recipient", "rcpt:@.ann@example.com"},
                    ErrorCase{"sender_and_recipient", "from=<ann@a.example> to=<bob@b.example>"},
                    ErrorCase{"two_recipients", "to=<bob@b.example>, orig_to=<x@y.example>"},
                    ErrorCase{"below_nothing", "@."}, ErrorCase{"below_two_dots", "rcpt:@..example"},
                    ErrorCase{"below_more_labels_than_looked_for", "@.a.b.c.d.e.f.g.h.i.j.k"},
                    ErrorCase{"recipient_without_domain", "rcpt:user"}, ErrorCase{"recipient_of_nothing", "rcpt:"},
                    ErrorCase{"rcpt_host", "rcpt:mail.example.com"},
                    ErrorCase{"star", "*.example.com", "or .example.com for all below it"},
                    ErrorCase{"star_sender", "*@example.com", "or @example.com for every address"},
                    ErrorCase{"star_recipient", "rcpt:*@example.com", "or @example.com for every address"},
                    ErrorCase{"option", "--comment"}, ErrorCase{"newline", "example.com\nx"},
                    ErrorCase{"nul", std::string("example.com\0", 12)}, ErrorCase{"escape", "\x1b[2Jexample.com"},
                    ErrorCase{"too_long", "a@" + std::string(319, 'b')},
                    ErrorCase{"host_bits", "192.0.2.5/24", "expected 192.0.2.0/24"},
                    ErrorCase{"bad_prefix", "192.0.2.0/33", "expected an address or a network"},
                    ErrorCase{"name_with_prefix", "example.com/24", "expected an address or a network"},
                    ErrorCase{"open_pattern", "/abc", "expected a regular expression between slashes"},
                    ErrorCase{"empty_pattern", "//", "expected a regular expression between slashes"}),
    [](const auto& row) { return row.param.name; });

TEST(Target, SaysWhatItMeans) {
  const std::pair<const char*, const char*> rows[] = {
      {"192.0.2.1", "mail from the client 192.0.2.1"},
      {"192.0.2.0/24", "mail from clients in the network 192.0.2.0/24"},
      {"mail.example.com", "mail from clients whose confirmed name is mail.example.com"},
      {".example.com", "mail from clients whose confirmed name is example.com or below it"},
      {"/^mx/", "mail from clients whose confirmed name or address matches /^mx/"},
      {"a@example.com", "mail from the sender a@example.com"},
      {"@example.com", "mail from every sender at example.com"},
      {"@.example.com", "mail from every sender at example.com or below it"},
      {"rcpt:a@example.com", "mail to a@example.com"},
      {"rcpt:@example.com", "mail to every recipient at example.com"},
      {"rcpt:@.example.com", "mail to every recipient at example.com or below it"},
  };
  for (const auto& [text, want] : rows) EXPECT_EQ(Meaning(*Target::Parse(text)), want);
}

TEST(Target, GivesItsNetwork) {
  EXPECT_EQ(Target::Parse("192.0.2.0/24")->network().ToString(), "192.0.2.0/24");
  EXPECT_EQ(Target::Parse("2001:db8::1")->network().ToString(), "2001:db8::1/128");
}

std::vector<std::string> Texts(const std::vector<Target>& targets) {
  std::vector<std::string> texts;
  for (const Target& target : targets) {
    const auto parsed = Target::Parse(target.text);
    EXPECT_TRUE(parsed.ok() && *parsed == target) << target.text;
    texts.push_back(target.text);
  }
  return texts;
}

TEST(Target, KeysOfASubjectAreNarrowestFirst) {
  using Want = std::vector<std::string>;
  EXPECT_EQ(Texts(SenderTargets("User@Example.com")),
            (Want{"user@example.com", "@example.com", "@.example.com", "@.com"}));
  EXPECT_EQ(Texts(SenderTargets("\"a@b\"@example.com")),
            (Want{"\"a@b\"@example.com", "@example.com", "@.example.com", "@.com"}));
  // What stands in front of the tenth label from the end is no entry of its own.
  EXPECT_EQ(Texts(SenderTargets("x@1.2.3.4.5.6.7.8.9.b.c")).size(), 2 + 10);
  EXPECT_EQ(Texts(SenderTargets("")), Want{});
  EXPECT_EQ(Texts(SenderTargets("nobody")), Want{});
  EXPECT_EQ(Texts(RecipientTargets("User@Example.com")),
            (Want{"rcpt:user@example.com", "rcpt:@example.com", "rcpt:@.example.com", "rcpt:@.com"}));
  EXPECT_EQ(Texts(NameTargets("mail.example.com")),
            (Want{"mail.example.com", ".mail.example.com", ".example.com", ".com"}));
  EXPECT_EQ(Texts(NameTargets("")), Want{});
}

ListEntry Entry(ListKind list, const char* target) {
  return {.list = list, .target = *Target::Parse(target)};
}

TEST(ListEntry, PrecedenceIsThatOfTheDesign) {
  // Each is narrower than all that follow.
  const char* const order[] = {
      "192.0.2.1", "mail.example.com", "192.0.2.0/30", "192.0.2.0/24", "0.0.0.0/0",   ".example.com", ".com",
      "/mail/",    "a+b@x.example",    "a@x.example",  "@x.example",   "@.x.example", "@.example"};
  for (std::size_t i = 0; i < std::size(order); ++i) {
    for (std::size_t j = 0; j < std::size(order); ++j) {
      const ListEntry a = Entry(ListKind::kBlocklist, order[i]);
      const ListEntry b = Entry(ListKind::kWhitelist, order[j]);
      EXPECT_EQ(IsNarrower(a, b), i < j) << order[i] << " " << order[j];
      EXPECT_EQ(IsNarrower(b, a), j <= i) << "the whitelist wins a tie: " << order[i] << " " << order[j];
    }
  }
}

TEST(ListEntry, NarrowestWinsWhateverTheOrder) {
  EXPECT_EQ(Narrowest({}), nullptr);
  std::vector<ListEntry> entries{Entry(ListKind::kWhitelist, "192.0.2.0/24"), Entry(ListKind::kBlocklist, "192.0.2.1"),
                                 Entry(ListKind::kWhitelist, ".example.com")};
  EXPECT_EQ(Narrowest(entries)->target.text, "192.0.2.1");
  std::swap(entries[0], entries[1]);
  EXPECT_EQ(Narrowest(entries)->target.text, "192.0.2.1");
  entries = {Entry(ListKind::kBlocklist, "192.0.2.1"), Entry(ListKind::kWhitelist, "192.0.2.1")};
  EXPECT_EQ(Narrowest(entries)->list, ListKind::kWhitelist);
}

TEST(ListEntry, EndsAtItsExpiry) {
  ListEntry entry = Entry(ListKind::kWhitelist, "192.0.2.1");
  const TimePoint now{seconds{1000}};
  EXPECT_FALSE(entry.is_expired(now));
  entry.expires = now + seconds{1};
  EXPECT_FALSE(entry.is_expired(now));
  entry.expires = now;
  EXPECT_TRUE(entry.is_expired(now));
}

TEST(ListEntry, NamesListsAndActions) {
  EXPECT_STREQ(Name(ListKind::kWhitelist), "whitelist");
  EXPECT_STREQ(Name(ListKind::kBlocklist), "blocklist");
  for (const auto action : {BlockAction::kDefer, BlockAction::kReject, BlockAction::kDiscard, BlockAction::kHold}) {
    EXPECT_EQ(ParseBlockAction(Name(action)), action);
  }
  EXPECT_FALSE(ParseBlockAction("allow"));
  EXPECT_FALSE(ParseBlockAction(""));
}

}  // namespace rules::list_entry_test
