#include "rules/spf/record.h"

#include <gtest/gtest.h>

namespace rules::record_test {

TEST(SpfRecord, BeginsWithItsVersion) {
  for (const char* text : {"v=spf1", "V=SpF1 -all", "v=spf1 "}) EXPECT_TRUE(IsSpfRecord(text)) << text;
  for (const char* text : {"", "v=spf", "v=spf10", "v=spf1\t-all", " v=spf1", "v=spf2.0/pra -all", "v=spf1-all"}) {
    EXPECT_FALSE(IsSpfRecord(text)) << text;
  }
}

TEST(SpfRecord, IsReadWhole) {
  const auto parsed = ParseSpfRecord(
      "v=spf1  +A:mail.example/24//64 -mx/16 ?ptr:%{d} ~ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.a.example "
      "exists:%{i}.b.example foo=%{d}:any/thing redirect=c.example exp=d.example ");
  ASSERT_TRUE(parsed.record) << parsed.bad_term;
  const auto& [terms, redirect, explanation, has_all] = *parsed.record;
  using Mechanism = SpfTerm::Mechanism;
  const std::pair<Mechanism, SpfResult> want[] = {
      {Mechanism::kA, SpfResult::kPass},      {Mechanism::kMx, SpfResult::kFail},
      {Mechanism::kPtr, SpfResult::kNeutral}, {Mechanism::kIp4, SpfResult::kSoftfail},
      {Mechanism::kIp6, SpfResult::kPass},    {Mechanism::kInclude, SpfResult::kPass},
      {Mechanism::kExists, SpfResult::kPass}};
  ASSERT_EQ(terms.size(), std::size(want));
  for (std::size_t i = 0; i < terms.size(); ++i) {
    EXPECT_EQ(terms[i].mechanism, want[i].first) << terms[i].text;
    EXPECT_EQ(terms[i].result, want[i].second) << terms[i].text;
  }
  EXPECT_EQ(terms[0].text, "+A:mail.example/24//64");
  EXPECT_EQ(terms[0].domain_spec, "mail.example");
  EXPECT_EQ(terms[0].prefix_v4, 24);
  EXPECT_EQ(terms[0].prefix_v6, 64);
  EXPECT_EQ(terms[1].domain_spec, "");
  EXPECT_EQ(terms[1].prefix_v4, 16);
  EXPECT_EQ(terms[1].prefix_v6, 128);
  EXPECT_EQ(terms[3].address, IpAddress::Parse("192.0.2.0"));
  EXPECT_EQ(terms[4].prefix_v6, 32);
  EXPECT_EQ(redirect, "c.example");
  EXPECT_EQ(explanation, "d.example");
  EXPECT_FALSE(has_all);
}

TEST(SpfRecord, OneBadTermAnywhereIsTooMuch) {
  for (const char* term : {"moo",
                           "-",
                           "all.",
                           "all:a",
                           "all/8",
                           "include",
                           "include:",
                           "include:a.example/24",
                           "a:",
                           "a/33",
                           "a/032",
                           "a//129",
                           "a/24/64",
                           "a:1.2.3.4",
                           "a:a.example:25",
                           "mx/",
                           "mx:museum",
                           "ptr/0",
                           "ptr:",
                           "ip4",
                           "ip4:",
                           "ip4:1.2.3",
                           "ip4:1.2.3.4/33",
                           "ip4:1.2.3.4/",
                           "ip4:1.2.3.4//32",
                           "ip4:1.2.3.4:25",
                           "ip4:01.2.3.4",
                           "ip4:::1",
                           "ip6",
                           "ip6:1.2.3.4",
                           "ip6::a::b",
                           "ip6:::1/129",
                           "ip6:::1//64",
                           "exists",
                           "exists:",
                           "exists:a.example/24",
                           "redirect:a.example",
                           "exp:a.example",
                           "redirect=",
                           "exp=",
                           "redirect=-all",
                           "+redirect=a.example",
                           "redirect=a.example redirect=b.example",
                           "exp=a.example EXP=a.example",
                           "=all",
                           "1up=foo",
                           "a_b",
                           "foo=%abc",
                           "foo=%{x}",
                           "a:a.example\xc3\xa4",
                           "m\xc3\xbc=x",
                           "a\t-all",
                           "ip4:99999999999999999999.1.1.1",
                           "a/99999999999999999999"}) {
    for (const std::string& text : {std::string("v=spf1 ") + term + " -all", std::string("v=spf1 -all ") + term}) {
      const auto parsed = ParseSpfRecord(text);
      EXPECT_FALSE(parsed.record) << text;
      EXPECT_FALSE(parsed.bad_term.empty()) << text;
    }
  }
}

TEST(SpfRecord, WhatLooksOddMayBeRight) {
  for (const char* term : {"ALL", "a//0", "a/0", "mx:foo:bar/baz.example", "foo=", "default=+",
                           "moo.cow-far_out=man:dog/cat", "ip6:::ffff:192.0.2.1", "ip6:::ffff:192.0.2.0/120",
                           "ip6:2001:DB8::", "ip4:0.0.0.0/0", "a:mail.example...com", "x=1 x=2"}) {
    EXPECT_TRUE(ParseSpfRecord(std::string("v=spf1 ") + term).record) << term;
  }
}

}  // namespace rules::record_test
