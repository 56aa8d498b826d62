#include "policyd/admin/unblock/unblock_remedies.h"

#include <gtest/gtest.h>

namespace policyd::admin::unblock_remedies_test {

cache::JournalRow Row(const char* name, const char* sender, const char* reverse_dns = "confirmed",
                      const char* client = "192.0.2.1") {
  cache::JournalRow row;
  row.client = *rules::IpAddress::Parse(client);
  row.name = name;
  row.reverse_dns = reverse_dns;
  row.sender = sender;
  row.recipient = "bob@here.test";
  return row;
}

// "@a.com if b.com": target and condition of each remedy.
std::vector<std::string> Shown(const std::vector<rules::ListEntry>& remedies) {
  std::vector<std::string> shown;
  for (const rules::ListEntry& remedy : remedies) {
    shown.push_back(remedy.target.text + (remedy.if_confirmed ? " if " + *remedy.if_confirmed : "") +
                    (remedy.if_spf ? " if spf" : ""));
  }
  return shown;
}

using Strings = std::vector<std::string>;

struct Case {
  const char* name;
  cache::JournalRow row;
  std::vector<cache::JournalRow> others;
  bool is_wide;
  Strings want;
  bool is_proven = false;  // the sender, by SPF
  bool has_many_machines = false;
};

class RemediesTest : public testing::TestWithParam<Case> {};

TEST_P(RemediesTest, AreTheNarrowestFirst) {
  rules::Policy policy;
  policy.suffixes = rules::PublicSuffixes::Builtin();
  UnblockCase about{.rows = {}, .since = {}, .known = GetParam().row, .recent = GetParam().others};
  about.recent.push_back(GetParam().row);
  if (GetParam().is_proven) {
    about.sender = ProvenSender{
        .domain = "partner.com", .term = "mx", .facts = {}, .has_many_machines = GetParam().has_many_machines};
  }
  EXPECT_EQ(Shown(Remedies(policy, about, GetParam().is_wide)), GetParam().want);
}

const std::vector<cache::JournalRow> kNone;

INSTANTIATE_TEST_SUITE_P(
    Ctl, RemediesTest,
    testing::Values(
        Case{"confirmed_name",
             Row("mail.partner.com", "ann@partner.com"),
             kNone,
             false,
             {"mail.partner.com", "192.0.2.1"}},
        Case{"one_of_two", Row("mx1.partner.com", "ann@partner.com"), kNone, false, {"mx1.partner.com", "192.0.2.1"}},
        Case{"one_of_many",
             Row("out27.farm.com", "ann@partner.com"),
             kNone,
             false,
             {"@partner.com if farm.com", "out27.farm.com", "192.0.2.1"}},
        Case{"two_numbers",
             Row("mail-wr1-f5.google.com", "Ann@Partner.com"),
             kNone,
             false,
             {"@partner.com if google.com", "mail-wr1-f5.google.com", "192.0.2.1"}},
        Case{"a_sister_was_seen",
             Row("out1.farm.com", "ann@farm.com"),
             {Row("out2.farm.com", "bob@farm.com")},
             false,
             {"@farm.com if farm.com", "out1.farm.com", "192.0.2.1"}},
        Case{"a_sister_without_a_number",
             Row("mx1.partner.com", "ann@partner.com"),
             {Row("www.partner.com", "bob@partner.com"), Row("mx2.partner.com", "x@partner.com", "mismatch")},
             false,
             {"mx1.partner.com", "192.0.2.1"}},
        Case{"number_in_the_registered_domain",
             Row("mail.42.com", "ann@42.com"),
             kNone,
             false,
             {"mail.42.com", "192.0.2.1"}},
        Case{"provider_of_several",
             Row("smtp.hoster.com", "ann@partner.com"),
             {Row("smtp.hoster.com", "carl@other.com")},
             false,
             {"@partner.com if hoster.com", "smtp.hoster.com", "192.0.2.1"}},
        Case{"own_domains_make_no_provider",
             Row("mail.partner.com", "ann@partner.com"),
             {Row("mail.partner.com", "x@news.partner.com"), Row("mail.partner.com", "y@sister.com")},
             false,
             {"mail.partner.com", "192.0.2.1"}},
        Case{"null_sender_of_a_farm", Row("out27.farm.com", ""), kNone, false, {"out27.farm.com", "192.0.2.1"}},
        Case{"end_users_line",
             Row("192-0-2-1.adsl.isp.com", "ann@partner.com"),
             kNone,
             false,
             {"192.0.2.1"}},  // the name is the address, and goes with it
        Case{"no_confirmed_name", Row("out27.farm.com", "ann@farm.com", "mismatch"), kNone, false, {"192.0.2.1"}},
        Case{"no_name", Row("", "ann@farm.com", "no_ptr"), kNone, false, {"192.0.2.1"}},
        Case{"a_proven_sender_rather_than_an_address",
             Row("", "ann@partner.com", "no_ptr"),
             kNone,
             false,
             {"@partner.com if spf", "192.0.2.1"},
             true},
        // A provider has other users, who are nobody's business.
        Case{"one_user_of_a_mailbox_provider",
             Row("", "Ann@gmail.com", "no_ptr"),
             kNone,
             false,
             {"ann@gmail.com if spf", "192.0.2.1"},
             true},
        Case{"one_user_of_a_provider_of_a_country",
             Row("", "ann@mail.yahoo.co.uk", "no_ptr"),
             kNone,
             false,
             {"ann@mail.yahoo.co.uk if spf", "192.0.2.1"},
             true},
        Case{"a_name_like_that_of_a_provider",
             Row("", "ann@notgmail.com", "no_ptr"),
             kNone,
             false,
             {"@notgmail.com if spf", "192.0.2.1"},
             true},
        Case{"one_user_where_the_record_lists_many_machines",
             Row("", "ann@partner.com", "no_ptr"),
             kNone,
             false,
             {"ann@partner.com if spf", "192.0.2.1"},
             true,
             true},
        Case{"one_user_from_the_farm_of_a_provider",
             Row("mail-wr1-f5.google.com", "ann@gmail.com"),
             kNone,
             false,
             {"ann@gmail.com if google.com", "mail-wr1-f5.google.com", "192.0.2.1"}},
        Case{"wide", Row("mail.partner.co.uk", "ann@partner.com"), kNone, true, {".partner.co.uk", "192.0.2.0/24"}},
        Case{"wide_without_a_name",
             Row("", "ann@partner.com", "no_ptr", "2001:db8::7"),
             kNone,
             true,
             {"2001:db8::/64"}}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::unblock_remedies_test
