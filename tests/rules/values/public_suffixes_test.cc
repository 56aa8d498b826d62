#include "rules/values/public_suffixes.h"

#include <gtest/gtest.h>

namespace rules::public_suffixes_test {

// The syntax of publicsuffix.org/list; a private section as published.
constexpr std::string_view kList =
    "// ===BEGIN ICANN DOMAINS===\n"
    "com\nuk\nco.uk\njp\n*.kawasaki.jp\n!city.kawasaki.jp\n"
    "// ===END ICANN DOMAINS===\n"
    "// ===BEGIN PRIVATE DOMAINS===\n"
    "hosting.example.com\n"
    "// ===END PRIVATE DOMAINS===\n";

struct Case {
  const char* name;
  const char* want;
};

TEST(PublicSuffixes, FindTheRegisteredDomain) {
  const auto list = PublicSuffixes::Parse(kList);
  ASSERT_TRUE(list.ok());
  const Case rows[] = {
      {"mail.example.co.uk", "example.co.uk"},
      {"example.co.uk", "example.co.uk"},
      {"co.uk", ""},
      {"com", ""},
      {"a.b.example.com", "example.com"},
      {"mx.customer.hosting.example.com", "customer.hosting.example.com"},
      {"hosting.example.com", ""},
      {"b.kawasaki.jp", ""},
      {"x.a.b.kawasaki.jp", "a.b.kawasaki.jp"},
      {"x.city.kawasaki.jp", "city.kawasaki.jp"},
      {"host.unlisted-tld", "host.unlisted-tld"},
      {"", ""},
  };
  for (const Case& row : rows) {
    EXPECT_EQ((*list)->RegisteredDomain(row.name), row.want) << row.name;
  }
}

TEST(PublicSuffixes, TextThatHoldsNoRuleIsAnError) {
  for (const std::string_view text : {"", "\n\n", "// nothing but a comment\n"}) {
    const auto list = PublicSuffixes::Parse(text);
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_NE(list.error().message.find("expected a public suffix list"), std::string::npos);
  }
}

TEST(PublicSuffixes, TheBuiltinOneKnowsWhatEveryoneKnows) {
  const auto list = PublicSuffixes::Builtin();
  EXPECT_EQ(list->RegisteredDomain("mail.example.co.jp"), "example.co.jp");
  EXPECT_EQ(list->RegisteredDomain("a.b.github.io"), "b.github.io");
}

}  // namespace rules::public_suffixes_test
