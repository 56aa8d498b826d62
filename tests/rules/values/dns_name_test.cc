#include "rules/values/dns_name.h"
#include "rules/values/ascii.h"

#include <gtest/gtest.h>

namespace rules::dns_name_test {

std::string Repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

struct Case {
  const char* name;
  std::string text;
  std::optional<std::string> want;
};

class NormalizeHostNameTest : public testing::TestWithParam<Case> {};

TEST_P(NormalizeHostNameTest, BringsIntoOneFormOrRefuses) {
  EXPECT_EQ(NormalizeHostName(GetParam().text), GetParam().want);
}

const std::string kLabel63(63, 'a');
const std::string kName253 = kLabel63 + "." + kLabel63 + "." + kLabel63 + "." + std::string(61, 'a');

INSTANTIATE_TEST_SUITE_P(
    HostName, NormalizeHostNameTest,
    testing::Values(Case{"lower_case", "Mail.Example.COM", "mail.example.com"},
                    Case{"final_dot", "mail.example.com.", "mail.example.com"},
                    Case{"one_label", "localhost", "localhost"}, Case{"digits_first", "1and1.example", "1and1.example"},
                    Case{"underscore", "_spf.example", "_spf.example"}, Case{"hyphens", "-a-.example", "-a-.example"},
                    Case{"punycode", "XN--Bcher-kva.example", "xn--bcher-kva.example"},
                    Case{"longest_label", kLabel63 + ".example", kLabel63 + ".example"},
                    Case{"label_too_long", kLabel63 + "a.example", {}}, Case{"longest_name", kName253, kName253},
                    Case{"longest_name_with_dot", kName253 + ".", kName253}, Case{"name_too_long", kName253 + "a", {}},
                    Case{"most_labels", Repeated("a.", 126) + "a", Repeated("a.", 126) + "a"}, Case{"empty", "", {}},
                    Case{"dot", ".", {}}, Case{"two_final_dots", "example..", {}}, Case{"empty_label", "a..b", {}},
                    Case{"dot_first", ".example", {}}, Case{"blank", "a b.example", {}},
                    Case{"nul", std::string("a\0b", 3), {}}, Case{"newline", "a\nb", {}}, Case{"quote", "a\"b", {}},
                    Case{"u_label",
                         "b\xc3\xbc"
                         "cher.example",
                         "xn--bcher-kva.example"},
                    Case{"high_byte", "a\xff", {}}, Case{"escape", "ev\\010il.example", {}},
                    Case{"address_literal", "[192.0.2.1]", {}}, Case{"slash", "0/25.2.0.192", {}}),
    [](const auto& row) { return row.param.name; });

TEST(DnsName, IsUnderItsDomainsOnly) {
  EXPECT_TRUE(IsUnder("mail.example.com", "example.com"));
  EXPECT_TRUE(IsUnder("example.com", "example.com"));
  EXPECT_FALSE(IsUnder("notexample.com", "example.com"));
  EXPECT_FALSE(IsUnder("example.com", "mail.example.com"));
  EXPECT_FALSE(IsUnder("example.com", ""));
  EXPECT_FALSE(IsUnder("", "example.com"));
}

TEST(DnsName, TakesTheDomainOfAMailAddress) {
  EXPECT_EQ(DomainOf("User@Example.COM"), "example.com");
  EXPECT_EQ(DomainOf("\"a@b\"@example.com."), "example.com");
  EXPECT_EQ(DomainOf("user"), "");
  EXPECT_EQ(DomainOf("user@"), "");
  EXPECT_EQ(DomainOf(""), "");
}

TEST(DnsName, LowersLettersAndLeavesOtherBytesAlone) {
  EXPECT_EQ(LowerAscii("AZ[@\xc3\x9c"), "az[@\xc3\x9c");
}

}  // namespace rules::dns_name_test
