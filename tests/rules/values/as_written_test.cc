#include "rules/values/as_written.h"

#include <gtest/gtest.h>

namespace rules::as_written_test {

struct Row {
  const char* name;
  std::string text;
  std::string want;  // empty: refused
};

std::string NameOf(const testing::TestParamInfo<Row>& row) {
  return row.param.name;
}

class ReadAddressTest : public testing::TestWithParam<Row> {};

TEST_P(ReadAddressTest, TakesItAsPeopleCopyIt) {
  const auto got = ReadAddress(GetParam().text);
  EXPECT_EQ(got ? got->ToString() : "", GetParam().want);
  EXPECT_TRUE(got || got.error().message.starts_with("expected an address such as 192.0.2.1")) << got.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ReadAddressTest,
    testing::Values(Row{"plain", "192.0.2.1", "192.0.2.1"}, Row{"final_dot", "192.0.2.1.", "192.0.2.1"},
                    Row{"blanks", " \t192.0.2.1 \r\n", "192.0.2.1"}, Row{"brackets", "[192.0.2.1]", "192.0.2.1"},
                    Row{"brackets_and_final_dot", "[192.0.2.1].", "192.0.2.1"},
                    Row{"parentheses", "(192.0.2.1)", "192.0.2.1"}, Row{"comma", "192.0.2.1,", "192.0.2.1"},
                    Row{"quotes", "\"192.0.2.1\"", "192.0.2.1"},
                    Row{"no_break_space",
                        "\xc2\xa0"
                        "192.0.2.1\xc2\xa0",
                        "192.0.2.1"},
                    Row{"zero_width_space", "192.0.2.1\xe2\x80\x8b", "192.0.2.1"},
                    Row{"byte_order_mark",
                        "\xef\xbb\xbf"
                        "192.0.2.1",
                        "192.0.2.1"},
                    Row{"v6", "2001:DB8::1", "2001:db8::1"}, Row{"v6_in_brackets", "[::1]", "::1"},
                    Row{"v6_ends_in_colons", "2001:db8::", "2001:db8::"},
                    Row{"literal", "[IPv6:2001:db8::1]", "2001:db8::1"}, Row{"tag", "IPV6:2001:db8::1", "2001:db8::1"},
                    Row{"zone", "fe80::1%eth0", "fe80::1"}, Row{"zone_in_brackets", "[fe80::1%eth0]", "fe80::1"},
                    Row{"postfix_without_a_name", "unknown[192.0.2.1]", "192.0.2.1"},
                    Row{"full_width",
                        "\xef\xbc\x91\xef\xbc\x90\xe3\x80\x82"
                        "0.2.1",
                        "10.0.2.1"},
                    Row{"mapped", "[::ffff:192.0.2.1]", "192.0.2.1"}, Row{"nat64", "64:ff9b::c000:20a", "192.0.2.10"},
                    Row{"nat64_dotted", "64:ff9b::192.0.2.10", "192.0.2.10"},
                    Row{"nat64_of_no_public_address", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1"}, Row{"empty", "", ""},
                    Row{"only_brackets", "[]", ""}, Row{"leading_zero", "192.0.2.01", ""},
                    Row{"too_large", "192.0.2.300", ""}, Row{"part", "192.0.2", ""}, Row{"network", "192.0.2.0/24", ""},
                    Row{"zone_of_v4", "192.0.2.1%eth0", ""}, Row{"two", "192.0.2.1 192.0.2.2", ""},
                    Row{"name", "mail.example.com", ""}, Row{"name_and_address", "mail.example.com[192.0.2.1]", ""},
                    Row{"open_bracket", "[192.0.2.1", ""}, Row{"nul", std::string("192.0.2.1\0", 10), ""}),
    NameOf);

class ReadNetworkTest : public testing::TestWithParam<Row> {};

TEST_P(ReadNetworkTest, TakesItAsPeopleCopyIt) {
  const auto got = ReadNetwork(GetParam().text);
  EXPECT_EQ(got ? got->ToString() : "", GetParam().want) << (got ? "" : got.error().message);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ReadNetworkTest,
    testing::Values(
        Row{"plain", "192.0.2.0/24", "192.0.2.0/24"}, Row{"address", "192.0.2.1", "192.0.2.1/32"},
        Row{"final_dot", "192.0.2.0/24.", "192.0.2.0/24"}, Row{"blanks", " 192.0.2.0 / 24 ", "192.0.2.0/24"},
        Row{"mynetworks", "[::1]/128", "::1/128"}, Row{"brackets_around_all", "[2001:db8::/32]", "2001:db8::/32"},
        Row{"tag", "IPv6:2001:db8::/32", "2001:db8::/32"}, Row{"literal", "[IPv6:2001:db8::1]", "2001:db8::1/128"},
        Row{"literal_with_prefix", "[IPv6:2001:db8::]/32", "2001:db8::/32"},
        Row{"v4_in_brackets", "[192.0.2.0]/24", "192.0.2.0/24"}, Row{"zone", "fe80::%eth0/10", "fe80::/10"},
        Row{"netmask", "192.0.2.0/255.255.255.0", "192.0.2.0/24"}, Row{"whole_netmask", "0.0.0.0/0.0.0.0", "0.0.0.0/0"},
        Row{"nat64", "64:ff9b::c000:200/120", "192.0.2.0/24"}, Row{"nat64_prefix", "64:ff9b::/96", "64:ff9b::/96"},
        Row{"nat64_of_no_public_network", "64:ff9b::7f00:0/104", "64:ff9b::7f00:0/104"},
        Row{"full_width", "192.0.2.0\xef\xbc\x8f\xef\xbc\x92\xef\xbc\x94", "192.0.2.0/24"},
        Row{"netmask_with_holes", "192.0.2.0/255.0.255.0", ""}, Row{"host_bits", "192.0.2.5/24", ""},
        Row{"host_bits_in_brackets", "[2001:db8::1]/32", ""}, Row{"no_prefix", "192.0.2.0/", ""},
        Row{"too_long", "192.0.2.0/33", ""}, Row{"sign", "192.0.2.0/+24", ""}, Row{"part", "192.0.2", ""},
        Row{"empty", "", ""}),
    NameOf);

class ReadHostNameTest : public testing::TestWithParam<Row> {};

TEST_P(ReadHostNameTest, TakesItAsPeopleCopyIt) {
  const auto got = ReadHostName(GetParam().text);
  EXPECT_EQ(got ? *got : "", GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Forms, ReadHostNameTest,
                         testing::Values(Row{"final_dot", " Mail.Example.COM. ", "mail.example.com"},
                                         Row{"angles", "<mail.example.com>", "mail.example.com"},
                                         Row{"u_label", "müller.example", "xn--mller-kva.example"},
                                         Row{"u_label_in_capitals", "MÜLLER.Example.", "xn--mller-kva.example"},
                                         Row{"u_label_decomposed", "mu\xcc\x88ller.example", "xn--mller-kva.example"},
                                         Row{"a_label_in_capitals", "XN--MLLER-KVA.example", "xn--mller-kva.example"},
                                         Row{"sharp_s_stays", "straße.example", "xn--strae-oqa.example"},
                                         Row{"ideographic_full_stop", "例え。example", "xn--r8jz45g.example"},
                                         Row{"full_width", "ｍail.example", "mail.example"},
                                         Row{"soft_hyphen", "exam\xc2\xadple.com", "example.com"},
                                         Row{"mistyped_address", "192.0.2.300", ""}, Row{"number", "2026", ""},
                                         Row{"numbers_before", "1.2.3.example", "1.2.3.example"},
                                         Row{"star", "*.example.com", ""}, Row{"not_in_idna", "i❤.example", ""},
                                         Row{"broken_utf8", "m\xfcller.example", ""},
                                         Row{"a_slash_by_mapping", "℀.example", ""},
                                         Row{"empty_label", "müller..example", ""}, Row{"blank", "a b.example", ""},
                                         Row{"too_long", std::string(70, 'a') + ".ü.example", ""}),
                         NameOf);

class ReadMailAddressTest : public testing::TestWithParam<Row> {};

TEST_P(ReadMailAddressTest, TakesItAsPeopleCopyIt) {
  const auto got = ReadMailAddress(GetParam().text);
  EXPECT_EQ(got ? got->ToString() : "", GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ReadMailAddressTest,
    testing::Values(
        Row{"plain", "Ann@Example.com", "ann@example.com"}, Row{"angles", "<ann@example.com>", "ann@example.com"},
        Row{"name_before", "Ann Smith <ann@partner.example>", "ann@partner.example"},
        Row{"quoted_name_before", "\"Smith, Ann\" <ann@partner.example>", "ann@partner.example"},
        Row{"mailto", "mailto:ann@example.com", "ann@example.com"},
        Row{"mailto_with_a_subject", "mailto:ann@example.com?subject=hi", "ann@example.com"},
        Row{"name_behind", "ann@partner.example (Ann Smith)", "ann@partner.example"},
        Row{"full_width_at",
            "ann\xef\xbc\xa0"
            "example.com",
            "ann@example.com"},
        Row{"letters_of_other_languages_stay", "\xef\xbd\x81\xc3\xbc@example.com", "\xef\xbd\x81\xc3\xbc@example.com"},
        Row{"star", "*@example.com", ""}, Row{"final_dot", "ann@example.com.", "ann@example.com"},
        Row{"comma", "ann@example.com,", "ann@example.com"}, Row{"quotes", "'ann@example.com'", "ann@example.com"},
        Row{"typographic_quotes", "“ann@example.com”", "ann@example.com"},
        Row{"domain", "@Example.com", "@example.com"},
        Row{"u_label", "ann@müller.example", "ann@xn--mller-kva.example"},
        Row{"quoted_local_part", "\"X y\"@example.com", "\"x y\"@example.com"},
        Row{"needless_quotes", "\"ann\"@example.com", "ann@example.com"},
        Row{"two_at_signs", "a@b@example.com", "\"a@b\"@example.com"}, Row{"blank", "x y@example.com", ""},
        Row{"no_domain", "ann@", ""}, Row{"no_at", "ann", ""}, Row{"empty", "", ""},
        Row{"two", "ann@example.com bob@example.com", ""}),
    NameOf);

}  // namespace rules::as_written_test
