#include <gtest/gtest.h>

#include "policyd/ctl/commands_people.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::list_advice_test {

using rules::ListKind;
using testing::Values;

cache::JournalRow Row(std::uint64_t code, const char* client, const char* name, const char* sender) {
  cache::JournalRow row;
  row.reference = rules::Reference{code};
  row.first = row.last = kNow - std::chrono::hours(1);
  row.client = *rules::IpAddress::Parse(client);
  row.name = name;
  row.reverse_dns = *name ? "confirmed" : "no_ptr";
  row.sender = sender;
  row.recipient = "Bob@here.com";
  row.action = "greylist";
  row.reason = "dynamic_name";
  row.mode = "enforce";
  return row;
}

void AddVerdicts(cache::Stores& stores) {
  std::vector<cache::JournalRow> rows{
      Row(1, "192.0.2.1", "a.partner.com", "ann@partner.com"), Row(2, "192.0.2.2", "b.partner.com", "Ann@Partner.com"),
      Row(3, "198.51.100.7", "", "carl@other.com"), Row(4, "203.0.113.1", "x.listed.com", "eve@listed.com")};
  rows[3].signals = "dnsbl:8";
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  for (const auto& row : rows) ASSERT_TRUE(stores.journal().Add(**transaction, row));
  ASSERT_TRUE((*transaction)->Commit());
}

struct Case {
  const char* name;
  std::vector<ListAddOptions> before;
  ListAddOptions add;
  std::vector<const char*> want;
};

class ListAdviceTest : public testing::TestWithParam<Case> {};

TEST_P(ListAdviceTest, IsGivenWhenAnEntryIsAdded) {
  Tool tool;
  tool.Seed(AddVerdicts);
  for (const ListAddOptions& options : GetParam().before) tool.Run(RunListAdd, options);
  const auto ran = tool.Run(RunListAdd, GetParam().add);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const char* want : GetParam().want) EXPECT_NE(ran.out.find(want), std::string::npos) << want << "\n" << ran.out;
}

ListAddOptions White(const char* target, admin::OptionalText if_confirmed = {}) {
  return {.targets = {target}, .entry = {.if_confirmed = if_confirmed}};
}
ListAddOptions Black(const char* target) {
  return {.list = ListKind::kBlocklist, .targets = {target}};
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ListAdviceTest,
    Values(
        Case{"network", {}, White("192.0.2.0/24"), {"would have changed 2 of 4 recent verdicts"}},
        Case{"bare_domain",
             {},
             White("partner.com"),
             {"changed 0 of 4", ".partner.com (it and all hosts below: 2 recent verdicts) or @partner.com"}},
        Case{"sender",
             {},
             White("@partner.com"),
             {"changed 2 of 4", "with --if-confirmed partner.com",
              "(SPF): sekimorictl whitelist add @partner.com --if-spf"}},
        Case{"sender_that_nobody_saw",
             {},
             White("eve@new.example"),
             {"anyone can claim to be this sender", "sekimorictl whitelist add eve@new.example --if-spf"}},
        Case{"sender_that_spf_proves",
             {},
             {.targets = {"@listed.com"}, .entry = {.if_spf = true}},
             {"changed 1 of 4", "note: it holds only for mail that passes SPF"}},
        Case{"a_sender_alone_lifts_no_list_hit", {}, White("@listed.com"), {"changed 0 of 4"}},
        Case{"a_confirmed_one_does", {}, White("@listed.com", "listed.com"), {"changed 1 of 4"}},
        Case{"recipient", {}, White("rcpt:bob@here.com"), {"changed 4 of 4"}},
        Case{"pattern", {}, White("/^[ab]\\.partner/"), {"changed 2 of 4"}},
        Case{"block", {}, Black("192.0.2.1"), {"changed 1 of 4"}},
        Case{"covered",
             {White("192.0.2.0/24")},
             White("192.0.2.9"),
             {"note: covered already by 192.0.2.0/24 in the whitelist"}},
        Case{"covers",
             {White("192.0.2.9"), White("192.0.2.64/26"), White("192.0.3.1")},
             White("192.0.2.0/24"),
             {"note: covers 192.0.2.9, 192.0.2.64/26 in the whitelist"}},
        Case{"covers_in_ipv6",
             {White("2001:db8::9"), White("2001:db9::9")},
             White("2001:db8::/32"),
             {"note: covers 2001:db8::9 in the whitelist"}},
        Case{"exception",
             {Black("192.0.2.0/24")},
             White("192.0.2.9"),
             {"note: an exception from 192.0.2.0/24 in the blocklist"}},
        Case{"narrower_ones_win",
             {Black("mail.partner.com")},
             White(".partner.com"),
             {"note: does not hold for mail.partner.com in the blocklist: the narrower entry wins"}},
        Case{"shadowed", {White("@partner.com")}, Black("@partner.com"), {"note: @partner.com in the whitelist wins"}},
        Case{"shadows",
             {Black("@partner.com")},
             White("@partner.com"),
             {"note: @partner.com in the blocklist counts no longer"}},
        Case{"sender_under_its_domain",
             {White("@partner.com")},
             White("ann@partner.com"),
             {"note: covered already by @partner.com in the whitelist"}}),
    [](const auto& row) { return row.param.name; });

// Whoever forges a sender has hosts with confirmed names, too.
TEST(ListAdvice, DoesNotProposeTheHostsOfAForger) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores.journal().Add(**transaction, Row(1, "203.0.113.1", "vps.forger.com", "ann@partner.com")));
    ASSERT_TRUE((*transaction)->Commit());
  });
  const auto ran = tool.Run(RunListAdd, White("@partner.com"));
  EXPECT_NE(ran.out.find("hosts under forger.com (1 recent verdict), which may be a forger's"), std::string::npos)
      << ran.out;
  EXPECT_EQ(ran.out.find("better add it"), std::string::npos) << ran.out;
}

TEST(ListAdvice, AnEntryWithAConditionCoversOnlyWhatHasIt) {
  const auto spf = [](const char* target) { return ListAddOptions{.targets = {target}, .entry = {.if_spf = true}}; };
  struct {
    ListAddOptions before, add;
    const char* note;
    bool is_given;
  } rows[] = {
      {White("@a.com", "a.com"), White("ann@a.com"), "covered already", false},
      {White("@a.com", "a.com"), White("ann@a.com", "b.com"), "covered already", false},
      {White("@a.com", "a.com"), White("ann@a.com", "a.com"), "covered already by @a.com", true},
      {White("@a.com"), White("ann@a.com", "a.com"), "covered already by @a.com", true},
      {spf("@a.com"), White("ann@a.com"), "covered already", false},
      {spf("@a.com"), spf("ann@a.com"), "covered already by @a.com", true},
      {White("ann@a.com"), spf("@a.com"), "covers", false},
      {spf("ann@a.com"), White("@a.com"), "covers ann@a.com", true},
      {spf("@a.com"), Black("@a.com"), "wins", false},
      {Black("@a.com"), spf("@a.com"), "counts no longer", false},
  };
  for (const auto& [before, add, note, is_given] : rows) {
    Tool tool;
    tool.Run(RunListAdd, before);
    const auto ran = tool.Run(RunListAdd, add);
    EXPECT_EQ(ran.status, kDone) << ran.error;
    EXPECT_EQ(ran.out.find(note) != std::string::npos, is_given) << add.targets.front() << ": " << note << "\n"
                                                                 << ran.out;
  }
}

}  // namespace policyd::ctl::list_advice_test
