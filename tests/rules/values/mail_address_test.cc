#include "rules/values/mail_address.h"

#include <gtest/gtest.h>

#include <ctime>

#include "rules/people/list_entry.h"
#include "rules/request.h"
#include "rules/values/dns_name.h"
#include "tests/support/slow.h"

namespace rules::mail_address_test {

struct Row {
  const char* name;
  std::string address;  // as Postfix sends it: unquoted
  std::vector<std::string> want;
};

class SenderTargetsTest : public testing::TestWithParam<Row> {};

TEST_P(SenderTargetsTest, WhatCannotBeAnEntryIsStillLookedUpByItsDomain) {
  std::vector<std::string> got;
  std::vector<Target> senders = SenderTargets(GetParam().address);
  for (const Target& target : senders) {
    const auto again = Target::Parse(target.text);
    EXPECT_TRUE(again && *again == target) << target.text;
    if (!CoversSubdomains(target)) got.push_back(target.text);
  }
  EXPECT_EQ(got, GetParam().want);
  const auto recipients = RecipientTargets(GetParam().address);
  ASSERT_EQ(recipients.size(), senders.size());
  for (std::size_t i = 0; i < recipients.size(); ++i) EXPECT_EQ(recipients[i].text, "rcpt:" + senders[i].text);
}

using Want = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    LocalParts, SenderTargetsTest,
    testing::Values(
        Row{"blank", "x y@spam.example", Want{"\"x y\"@spam.example", "@spam.example"}},
        Row{"quote", "x\"y@spam.example", Want{"\"x\\\"y\"@spam.example", "@spam.example"}},
        Row{"backslash", "x\\y@spam.example", Want{"\"x\\\\y\"@spam.example", "@spam.example"}},
        Row{"angle", "<x@spam.example", Want{"\"<x\"@spam.example", "@spam.example"}},
        Row{"at_signs", "a@b@c@spam.example", Want{"\"a@b@c\"@spam.example", "@spam.example"}},
        Row{"only_at_signs", "@@spam.example", Want{"\"@\"@spam.example", "@spam.example"}},
        Row{"source_route", "@a.example,@b.example:user@spam.example", Want{"user@spam.example", "@spam.example"}},
        Row{"percent", "user%dom.example@spam.example", Want{"user%dom.example@spam.example", "@spam.example"}},
        Row{"empty", "@spam.example", Want{"@spam.example"}},
        Row{"dots", ".a..b.@docomo.example", Want{".a..b.@docomo.example", "@docomo.example"}},
        Row{"eight_bits", "b\xc3\xbcro@spam.example", Want{"b\xc3\xbcro@spam.example", "@spam.example"}},
        Row{"no_utf8", "b\xfcro@spam.example", Want{"b\xfcro@spam.example", "@spam.example"}},
        Row{"final_dot", "User@Spam.Example.", Want{"user@spam.example", "@spam.example"}},
        Row{"extension", "user+tag@a.example", Want{"user+tag@a.example", "user@a.example", "@a.example"}},
        Row{"extension_in_front", "+tag@a.example", Want{"+tag@a.example", "@a.example"}},
        Row{"u_label", "x@m\xc3\xbcller.example", Want{"x@xn--mller-kva.example", "@xn--mller-kva.example"}},
        Row{"a_label", "x@XN--mller-kva.example", Want{"x@xn--mller-kva.example", "@xn--mller-kva.example"}},
        Row{"outside_of_idna", "x@I\xe2\x9d\xa4.example", Want{"x@i\xe2\x9d\xa4.example", "@i\xe2\x9d\xa4.example"}},
        Row{"no_domain", "user", Want{}}, Row{"null_sender", "", Want{}},
        Row{"address_literal", "user@[192.0.2.1]", Want{}}),
    [](const auto& row) { return row.param.name; });

TEST(MailAddress, TheDomainOfARequestHasOneForm) {
  const std::vector<Attribute> attributes{{"sender", "Ann@m\xc3\xbcller.example"},
                                          {"recipient", "b@M\xc3\x9cLLER.example"}};
  const Request request = ParseRequest(attributes);
  EXPECT_EQ(request.sender, "Ann@xn--mller-kva.example");
  EXPECT_EQ(request.recipient, "b@xn--mller-kva.example");
  EXPECT_EQ(DomainOf("x@M\xc3\xbcller.example."), "xn--mller-kva.example");
  EXPECT_EQ(ComparableAddress("Ann@m\xc3\xbcller.example"), "ann@xn--mller-kva.example");
}

TEST(Idn, ALabelThatIsNoneLeavesTheOthersAlone) {
  EXPECT_EQ(ToALabels("xn--zzzz--zzz.m\xc3\xbcller.Example"), "xn--zzzz--zzz.xn--mller-kva.example");
  EXPECT_EQ(ToALabels("\xff.m\xc3\xbcller.example"), "\xff.xn--mller-kva.example");
}

// libidn2's work grows with the square of a label's length.
TEST(Idn, LongNamesTakeNoLongTime) {
  std::string name;
  while (name.size() < 64'000) name += "\xf0\x9f\x98\x80\xc3\xbc";
  const auto begin = std::clock();
  for (std::size_t size = 1; size < name.size(); size += 997) static_cast<void>(ToALabels(name.substr(0, size)));
  std::string labels;
  while (labels.size() < 1000) labels += "\xc3\xbc.";
  for (int i = 0; i < 100; ++i) static_cast<void>(ToALabels(labels));
  EXPECT_LT(std::clock() - begin, 2 * support::kSlow * CLOCKS_PER_SEC);
}

}  // namespace rules::mail_address_test
