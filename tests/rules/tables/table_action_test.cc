#include "rules/tables/table_action.h"

#include <gtest/gtest.h>

namespace rules::table_action_test {

using Kind = TableAction::Kind;

struct Case {
  const char* name;
  std::string action;
  Kind kind;
  std::string text;
};

class TableActionTest : public testing::TestWithParam<Case> {};

TEST_P(TableActionTest, SaysWhoComesIn) {
  const TableAction got = ParseTableAction(GetParam().action);
  EXPECT_EQ(got.kind, GetParam().kind);
  EXPECT_EQ(got.text, GetParam().text);
}

// access(5).
INSTANTIATE_TEST_SUITE_P(
    Access, TableActionTest,
    testing::Values(
        Case{"reject", "REJECT", Kind::kReject, "5.7.1 Access denied"},
        Case{"reject_in_any_case", "Reject Go away", Kind::kReject, "5.7.1 Go away"},
        Case{"reject_with_status", "REJECT 5.7.25 No PTR", Kind::kReject, "5.7.25 No PTR"},
        Case{"status_follows_the_action", "REJECT 4.7.1 Later", Kind::kReject, "5.7.1 Later"},
        Case{"status_alone", "REJECT 5.7.25", Kind::kReject, "5.7.25 Access denied"},
        Case{"a_number_is_text", "REJECT 12345", Kind::kReject, "5.7.1 12345"},
        Case{"an_address_is_text", "REJECT 5.7.1.2 is yours", Kind::kReject, "5.7.1 5.7.1.2 is yours"},
        Case{"code_5xx", "554 5.7.1 Go away", Kind::kReject, "5.7.1 Go away"},
        Case{"code_5xx_without_status", "550\tGo away", Kind::kReject, "5.7.1 Go away"},
        Case{"code_4xx", "450 4.7.1 Later", Kind::kDefer, "4.7.1 Later"},
        Case{"code_4xx_with_another_status", "450 5.7.1 Later", Kind::kDefer, "4.7.1 Later"},
        Case{"defer", "DEFER", Kind::kDefer, "4.7.1 Access denied"},
        Case{"defer_if_permit", "DEFER_IF_PERMIT 4.2.0 Later", Kind::kDefer, "4.2.0 Later"},
        // Only where another rule rejects.
        Case{"defer_if_reject", "DEFER_IF_REJECT Later", Kind::kNextTable, ""},
        Case{"not_a_code", "650 x", Kind::kNextTable, ""}, Case{"longer_than_a_code", "4500 x", Kind::kNextTable, ""},
        Case{"dunno", "DUNNO", Kind::kNextTable, ""}, Case{"dunno_in_any_case", "dunno text", Kind::kNextTable, ""},
        Case{"ok", "OK", Kind::kAccept, ""}, Case{"ok_with_text", "ok partner", Kind::kAccept, ""},
        Case{"relay", "RELAY", Kind::kAccept, ""}, Case{"number_alone", "1094", Kind::kAccept, ""},
        Case{"code_alone", "550", Kind::kAccept, ""}, Case{"hold", "HOLD look", Kind::kHold, ""},
        Case{"discard", "DISCARD", Kind::kDiscard, ""}, Case{"prepend", "PREPEND X-Line: yes", Kind::kNextTable, ""},
        Case{"warn", "WARN", Kind::kNextTable, ""},
        Case{"restriction", "reject_unverified_sender", Kind::kNextTable, ""}, Case{"empty", "", Kind::kNextTable, ""},
        Case{"control_bytes", "REJECT a\r\n\xff\x01z", Kind::kReject, "5.7.1 a????z"},
        Case{"braces_hold_no_placeholder", "REJECT {client} x", Kind::kReject, "5.7.1 (client) x"},
        Case{"bounded", "REJECT " + std::string(500, 'x'), Kind::kReject, "5.7.1 " + std::string(134, 'x')}),
    [](const auto& row) { return std::string(row.param.name); });

struct IdleCase {
  const char* name;
  std::string action;
  std::string in_points, in_actions;  // what the reason holds; empty: the line counts
};

class IdleActionTest : public testing::TestWithParam<IdleCase> {};

TEST_P(IdleActionTest, SaysWhyALineChangesNothing) {
  for (const bool decides : {false, true}) {
    const std::string want = decides ? GetParam().in_actions : GetParam().in_points;
    const std::string got = WhyWithoutEffect(GetParam().action, decides);
    EXPECT_EQ(got.empty(), want.empty()) << got;
    EXPECT_NE(got.find(want), std::string::npos) << got;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Access, IdleActionTest,
    testing::Values(IdleCase{"reject", "REJECT", "", ""}, IdleCase{"code", "450 later", "", ""},
                    IdleCase{"ok", "OK", "", ""}, IdleCase{"number", "12345", "", ""},
                    IdleCase{"exception", "dunno why", "", ""}, IdleCase{"hold", "HOLD", "counts no points", ""},
                    IdleCase{"discard", "DISCARD x", "counts no points", ""},
                    IdleCase{"restriction_class", "check_greylist", "check_greylist is a restriction of Postfix",
                             "check_greylist is a restriction of Postfix"},
                    IdleCase{"any_class", "greylisting", "greylisting is no action", "greylisting is no action"},
                    IdleCase{"number_with_text", "12345 text", "12345 with text", "12345 with text"},
                    IdleCase{"prepend", "PREPEND X-A: b", "Postfix's own tables", "Postfix's own tables"},
                    IdleCase{"empty", "", "no action", "no action"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace rules::table_action_test
