// Postfix access tables of people: what they count, and what those do that decide.
#include <gtest/gtest.h>

#include "rules/evaluate.h"
#include "rules/reply.h"
#include "tests/support/rule_words.h"

namespace rules::client_table_test {

using support::BlamesName;
using support::Forward;
using support::Known;
using support::NoPtr;
using support::Ptr;

constexpr const char* kName = "mail.sender.example";

const std::vector<Known> kConfirmed = {Ptr({kName}), Forward(kName, support::kClient)};
const std::vector<Known> kNameless = {NoPtr()};
const std::vector<Known> kDeadDns = {{Question::Ptr(), Fact::Unavailable()}};
const std::vector<Known> kBlamed = {{Question::Ptr(), BlamesName()}};

struct Table {
  std::string text;
  bool decides = false;
};

Policy WithTables(const std::vector<Table>& tables) {
  Policy policy = support::WithZones({});
  for (const Table& table : tables) {
    auto patterns = PatternTable::Parse("t.pcre", table.text);
    EXPECT_TRUE(patterns.ok());
    policy.dynamic_tables.push_back({.patterns = *patterns, .shown = "t.pcre", .decides = table.decides});
  }
  return policy;
}

Outcome Judge(const Policy& policy, const std::vector<Known>& known) {
  return Evaluate(policy, {}, support::Mail(), support::FactsOf(known), support::Now());
}

struct CountCase {
  const char* name;
  std::vector<std::string> tables;
  std::vector<Known> known;
  std::string want;  // what the signal rests on; empty: no signal
};

class CountingTableTest : public testing::TestWithParam<CountCase> {};

TEST_P(CountingTableTest, CountsWhatPostfixWouldTurnAway) {
  std::vector<Table> tables;
  for (const std::string& text : GetParam().tables) tables.push_back({text});
  const Outcome outcome = Judge(WithTables(tables), GetParam().known);
  ASSERT_TRUE(outcome.verdict);
  std::string got;
  for (const Signal& signal : outcome.verdict->signals) {
    if (signal.kind == SignalKind::kTable) got = signal.detail;
  }
  EXPECT_EQ(got, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, CountingTableTest,
    testing::Values(
        CountCase{"by_name", {"/^mail/ REJECT"}, kConfirmed, "t.pcre:1"},
        CountCase{"by_address", {"/^203\\.0/ 450 x"}, kConfirmed, "t.pcre:1"},
        // The whole table is asked for the name before it is asked for the address.
        CountCase{"name_first", {"/^203/ REJECT\n/^mail/ REJECT"}, kConfirmed, "t.pcre:2"},
        CountCase{"unknown_where_not_confirmed", {"/^mail/ OK\n/^unknown$/ REJECT"}, kNameless, "t.pcre:2"},
        CountCase{"dunno_by_name_ends_the_search", {"/^mail/ DUNNO\n/./ REJECT"}, kConfirmed, ""},
        CountCase{"dunno_goes_on_with_the_next_table", {"/^mail/ DUNNO", "/^mail/ REJECT"}, kConfirmed, "t.pcre:1"},
        CountCase{
            "prepend_goes_on_with_the_next_table", {"/^mail/ PREPEND X: y", "/^mail/ 550 x"}, kConfirmed, "t.pcre:1"},
        CountCase{"ok_ends_all", {"/^mail/ OK", "/^mail/ REJECT"}, kConfirmed, ""},
        CountCase{"a_dead_dns_costs_nobody", {"/^unknown$/ REJECT\n/^203/ REJECT"}, kDeadDns, ""},
        CountCase{"a_silent_zone_of_his_own_does", {"/^unknown$/ REJECT"}, kBlamed, "t.pcre:1"}),
    [](const auto& row) { return std::string(row.param.name); });

struct DecideCase {
  const char* name;
  std::vector<Table> tables;
  std::vector<Known> known;
  std::string want;  // the reply, the reference as R
};

class DecidingTableTest : public testing::TestWithParam<DecideCase> {};

TEST_P(DecidingTableTest, IsDoneAsItSays) {
  const Policy policy = WithTables(GetParam().tables);
  const Outcome outcome = Judge(policy, GetParam().known);
  ASSERT_TRUE(outcome.verdict);
  const Reference reference;
  std::string reply = FormatReply(policy, support::Mail(), *outcome.verdict, reference, {});
  const std::size_t at = reply.find(reference.ToString());
  if (at != std::string::npos) reply.replace(at, reference.ToString().size(), "R");
  EXPECT_EQ(reply, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, DecidingTableTest,
    testing::Values(DecideCase{"reject",
                               {{"/^(mail)/ REJECT 5.7.9 No $1 from here", true}},
                               kConfirmed,
                               "REJECT 5.7.9 No mail from here (ref R)"},
                    DecideCase{"defer",
                               {{"/^mail/ 450 {client} later", true}},
                               kConfirmed,
                               "DEFER_IF_PERMIT 4.7.1 (client) later (ref R)"},
                    DecideCase{"hold", {{"/^mail/ HOLD", true}}, kConfirmed, "HOLD (ref R)"},
                    DecideCase{"discard", {{"/^mail/ DISCARD", true}}, kConfirmed, "FILTER discard:R"},
                    DecideCase{"ok_lets_in", {{"/^203/ OK", true}}, kNameless, "DUNNO"},
                    DecideCase{"number_lets_in", {{"/^203/ 250", true}}, kNameless, "DUNNO"},
                    DecideCase{"dunno_leaves_it_to_the_rest",
                               {{"/^unknown/ DUNNO", true}},
                               kNameless,
                               "DEFER_IF_PERMIT 4.7.1 Greylisted, try again in 180 seconds. Cannot resolve PTR record "
                               "for [203.0.113.45] (ref R)"},
                    DecideCase{"beside_one_that_counts",
                               {{"/^mail/ OK"}, {"/^mail/ REJECT", true}},
                               kConfirmed,
                               "REJECT 5.7.1 Access denied (ref R)"},
                    DecideCase{"a_dead_dns_costs_nobody", {{"/./ REJECT", true}}, kDeadDns, "DUNNO"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DecidingTable, WaitsForTheName) {
  const Policy policy = WithTables({{"/^mail/ REJECT", true}});
  EXPECT_FALSE(Judge(policy, {}).verdict);
  EXPECT_FALSE(Judge(policy, {Ptr({kName})}).verdict);
}

TEST(DecidingTable, DoesNotOutweighTheWhitelist) {
  std::vector<Known> known = kConfirmed;
  known.emplace_back(Question::ClientEntries(),
                     support::Present(ListMatches{{support::Entry(ListKind::kWhitelist, support::kClient)}, false}));
  const Outcome outcome = Judge(WithTables({{"/./ REJECT", true}}), known);
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->action, Action::kPass);
}

TEST(DecidingTable, IsTheReason) {
  const Outcome outcome = Judge(WithTables({{"\n/^mail/ REJECT", true}}), kConfirmed);
  ASSERT_TRUE(outcome.verdict);
  EXPECT_STREQ(Name(outcome.verdict->reason), "table");
  EXPECT_EQ(outcome.verdict->table_rule, "t.pcre:2");
}

}  // namespace rules::client_table_test
