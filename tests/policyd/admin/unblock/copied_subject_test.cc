#include "policyd/admin/unblock/pasted_text.h"

#include <gtest/gtest.h>

namespace policyd::admin::copied_subject_test {

struct Case {
  const char* name;
  const char* text;
  std::vector<std::string> addresses, mail_addresses, names;
};

class CopiedTest : public testing::TestWithParam<Case> {};

TEST_P(CopiedTest, IsRead) {
  const Copied copied = ReadCopied(GetParam().text);
  std::vector<std::string> addresses;
  for (const auto& address : copied.addresses) addresses.push_back(address.ToString());
  EXPECT_EQ(addresses, GetParam().addresses);
  EXPECT_EQ(copied.mail_addresses, GetParam().mail_addresses);
  EXPECT_EQ(copied.names, GetParam().names);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, CopiedTest,
    testing::Values(
        Case{"plain_address", "192.0.2.20", {"192.0.2.20"}, {}, {}},
        Case{"full_stop", "192.0.2.20.", {"192.0.2.20"}, {}, {}}, Case{"comma", "192.0.2.20,", {"192.0.2.20"}, {}, {}},
        Case{"brackets", "[192.0.2.20]", {"192.0.2.20"}, {}, {}}, Case{"port", "192.0.2.20:25", {"192.0.2.20"}, {}, {}},
        Case{"postfix", "mail.partner.example[192.0.2.20]:25", {"192.0.2.20"}, {}, {"mail.partner.example"}},
        Case{"address_literal", "[IPv6:2001:db8::1]", {"2001:db8::1"}, {}, {}},
        Case{"ipv6", "2001:db8::1.", {"2001:db8::1"}, {}, {}},
        Case{"named_mail_address", "Ann Smith <ann@partner.example>", {}, {"ann@partner.example"}, {}},
        Case{"link", "<mailto:Ann@Partner.example?subject=x>", {}, {"ann@partner.example"}, {}},
        Case{"quoted", "'ann@partner.example';", {}, {"ann@partner.example"}, {}},
        Case{"outlook", "SMTP:ann@partner.example", {}, {"ann@partner.example"}, {}},
        Case{"dsn", "rfc822; ann@partner.example", {}, {"ann@partner.example"}, {}},
        Case{"dsn_host", "smtp; mx.partner.example.", {}, {}, {"mx.partner.example"}},
        Case{"domain_of_senders", "@partner.example", {}, {"@partner.example"}, {}},
        Case{"link_to_a_site", "https://www.partner.example/contact", {}, {}, {"www.partner.example"}},
        Case{"html", "&lt;ann&#64;partner.example&gt;", {}, {"ann@partner.example"}, {}},
        Case{"blank_without_break", "ann@partner.example\xC2\xA0", {}, {"ann@partner.example"}, {}},
        Case{"status_code_is_no_name", "450 4.7.1 denied", {}, {}, {}},
        Case{"once", "ann@partner.example <ann@partner.example>", {}, {"ann@partner.example"}, {}},
        Case{"nothing", " ,;<>\"' ", {}, {}, {}}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::copied_subject_test
