#include "rules/spf/macro.h"

#include <gtest/gtest.h>

namespace rules::macro_test {

SpfMacroValues Values(const char* client = "192.0.2.3") {
  return {.local = "strong-bad",
          .sender_domain = "email.example.com",
          .domain = "email.example.com",
          .client = IpAddress::Parse(client).value(),
          .validated = "mx.example.org",
          .helo = "mail.example.net",
          .receiver = "mx.example",
          .now = TimePoint{seconds{1'790'000'000}}};
}

struct Case {
  const char* text;
  const char* want;
};

// RFC 7208, section 7.4.
TEST(SpfMacro, ExpandsAsTheRfcShows) {
  for (const auto& [text, want] : {
           Case{"%{s}", "strong-bad@email.example.com"},
           Case{"%{o}", "email.example.com"},
           Case{"%{d}", "email.example.com"},
           Case{"%{d4}", "email.example.com"},
           Case{"%{d3}", "email.example.com"},
           Case{"%{d2}", "example.com"},
           Case{"%{d1}", "com"},
           Case{"%{dr}", "com.example.email"},
           Case{"%{d2r}", "example.email"},
           Case{"%{l}", "strong-bad"},
           Case{"%{l-}", "strong.bad"},
           Case{"%{lr}", "strong-bad"},
           Case{"%{lr-}", "bad.strong"},
           Case{"%{l1r-}", "strong"},
           Case{"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
           Case{"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
           Case{"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
           Case{"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
           Case{"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
           Case{"%{p}.%{h}.", "mx.example.org.mail.example.net"},
           Case{"a%%b%_c%-d.Example", "a%b c%20d.example"},
           Case{"%{d999999999999999999999}", "email.example.com"},
       }) {
    EXPECT_EQ(ExpandName(text, Values()), want) << text;
  }
  EXPECT_EQ(ExpandName("%{ir}.%{v}._spf.%{d2}", Values("2001:db8::cb01")),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacro, ExplainsInWords) {
  for (const auto& [text, want] : {
           Case{"See http://%{d}/why.html?s=%{S}&i=%{I}",
                "See http://email.example.com/why.html?s=strong-bad%40email.example.com&i=192.0.2.3"},
           Case{"%{c} at %{r}, %{t}", "192.0.2.3 at mx.example, 1790000000"},
       }) {
    EXPECT_EQ(ExpandExplanation(text, Values()), want) << text;
  }
  SpfMacroValues unnamed = Values("2001:db8::1");
  unnamed.receiver.clear();
  EXPECT_EQ(ExpandExplanation("%{c} %{r}", unnamed), "2001:db8::1 unknown");
  EXPECT_EQ(ExpandExplanation(std::string(10'000, 'x'), Values()).size(), kMaxExplanation);
}

TEST(SpfMacro, RefusesWhatIsNone) {
  for (const char* text : {"%", "%a", "%(d)", "%{", "%{}", "%{d", "%{x}", "%{a}", "%{d0}", "%{d1.2}", "%{rd}", "%{d r}",
                           "%{d-r}", "a b", "a\tb", "a\x7f", "m\xc3\xbcller"}) {
    EXPECT_FALSE(IsMacroString(text, SpfText::kRecord)) << text;
  }
  for (const char* text : {"%{c}", "%{r}", "%{t}", "%{T}", "two words"}) {
    EXPECT_FALSE(IsMacroString(text, SpfText::kRecord)) << text;
    EXPECT_TRUE(IsMacroString(text, SpfText::kExplanation)) << text;
  }
}

TEST(SpfMacro, ADomainSpecEndsInAMacroOrALastLabel) {
  for (const char* text : {"a.example", "a.example.", "_spf.a.xn--zckzah", "foo:bar/baz.example", "%{d}", "a.%{d2}",
                           "a%%", "x.a-b", "x.1-1"}) {
    EXPECT_TRUE(IsDomainSpec(text)) << text;
  }
  for (const char* text : {"", "museum", "museum.", "1.2.3.4", "a.123", "a.-com", "a.com-", "a.", ".", "a..", "a.b_c",
                           "%{d}a", "a.com:8080", "a.com/24"}) {
    EXPECT_FALSE(IsDomainSpec(text)) << text;
  }
}

// RFC 7208, section 7.3: labels are dropped on the left.
TEST(SpfMacro, ANameIsNeverTooLong) {
  SpfMacroValues values = Values();
  values.sender_domain = std::string(60, 'a') + "." + std::string(56, 'b') + ".example";
  EXPECT_EQ(ExpandName("x.%{o}.%{o}", values), "x." + values.sender_domain + "." + values.sender_domain)
      << "253 bytes and fewer stay";
  EXPECT_EQ(ExpandName("xy.z.%{o}.%{o}", values).substr(0, 3), "z.a") << "of 256 the first label goes";
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "%{s}.";
  values.local = std::string(2000, 'l');
  const std::string name = ExpandName(thousand + "%{d}", values);
  EXPECT_LE(name.size(), 253U);
  EXPECT_TRUE(name.ends_with(".example.email.example.com")) << name;
  EXPECT_EQ(ExpandName(std::string(300, 'a') + "%{v}", values), "") << "no label can be dropped";
}

TEST(SpfMacro, KnowsItsLetters) {
  EXPECT_TRUE(UsesMacro("a.%{P}.example", 'p'));
  EXPECT_FALSE(UsesMacro("a.%{d}.p", 'p'));
  EXPECT_TRUE(HasMacros("a.%{d}"));
  EXPECT_FALSE(HasMacros("a.example"));
}

}  // namespace rules::macro_test
