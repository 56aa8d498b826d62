// A table of Postfix's means the same whether it is read at each request or imported once.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "policyd/admin/import/import_entries.h"
#include "rules/tables/pattern_table.h"
#include "rules/tables/table_action.h"

namespace policyd::admin::table_actions_test {

using Kind = rules::TableAction::Kind;

struct Case {
  const char* name;
  const char* action;
  Kind want;
  std::optional<std::string> want_text{};
};

void PrintTo(const Case& row, std::ostream* out) {
  *out << row.action;
}

const Case kCases[] = {
    {"ok", "OK", Kind::kAccept},
    {"lower_case", "ok", Kind::kAccept},
    {"relay", "RELAY", Kind::kAccept},
    {"number", "42", Kind::kAccept},
    {"reject", "REJECT", Kind::kReject},
    {"reject_with_text", "REJECT go away", Kind::kReject, "5.7.1 go away"},
    {"reject_with_status", "REJECT 5.7.25 no PTR record", Kind::kReject, "5.7.25 no PTR record"},
    {"code_5xx", "554 5.7.1 not here", Kind::kReject, "5.7.1 not here"},
    {"defer", "DEFER later", Kind::kDefer, "4.7.1 later"},
    {"defer_if_permit", "DEFER_IF_PERMIT later", Kind::kDefer, "4.7.1 later"},
    {"code_4xx", "450 4.7.1 later", Kind::kDefer, "4.7.1 later"},
    {"hold", "HOLD for a look", Kind::kHold},
    {"discard", "DISCARD", Kind::kDiscard},
    {"dunno", "DUNNO", Kind::kNextTable},
    {"header", "PREPEND X-Seen: yes", Kind::kNextTable},
    {"restriction", "reject_unauth_destination", Kind::kNextTable},
};

class TableActions : public testing::TestWithParam<Case> {};

// Nothing where no entry was made of the line.
std::optional<rules::ListEntry> Imported(const std::string& line,
                                         const std::function<void(std::string_view, ImportedEntries&)>& read) {
  rules::ListEntry defaults;
  defaults.author = "ann";
  ImportedEntries result(defaults);
  read(line, result);
  EXPECT_TRUE(result.errors().empty()) << line << ": " << result.errors().front().reason;
  EXPECT_EQ(result.entries().size() + result.skipped().size(), 1U) << line;
  return result.entries().empty() ? std::nullopt : std::optional(result.entries().front());
}

std::optional<rules::BlockAction> BlockActionOf(Kind kind) {
  switch (kind) {
    case Kind::kDefer:
      return rules::BlockAction::kDefer;
    case Kind::kReject:
      return rules::BlockAction::kReject;
    case Kind::kHold:
      return rules::BlockAction::kHold;
    case Kind::kDiscard:
      return rules::BlockAction::kDiscard;
    case Kind::kAccept:
    case Kind::kNextTable:
      break;
  }
  return std::nullopt;
}

TEST_P(TableActions, AreTheSameLiveAndImported) {
  const Case& row = GetParam();
  const std::string pattern = std::string("/^mail\\.example\\.com$/ ") + row.action;

  const auto table = rules::PatternTable::Parse("t", pattern);
  ASSERT_TRUE(table) << table.error().message;
  const auto match = (*table)->Find("mail.example.com");
  ASSERT_TRUE(match);
  EXPECT_EQ(rules::ParseTableAction(match->action).kind, row.want);
  if (row.want_text) {
    EXPECT_EQ(rules::ParseTableAction(match->action).text, row.want_text);
  }

  const auto access = [](std::string_view text, ImportedEntries& result) {
    ReadAccessTable(text, AccessSubject::kClient, result);
  };
  for (const auto& entry :
       {Imported(pattern, ReadPatternTable), Imported(std::string("192.0.2.0/24 ") + row.action, ReadCidrTable),
        Imported(std::string("mail.example.com ") + row.action, access)}) {
    ASSERT_EQ(entry.has_value(), row.want != Kind::kNextTable);
    if (!entry) continue;
    EXPECT_EQ(entry->list, row.want == Kind::kAccept ? rules::ListKind::kWhitelist : rules::ListKind::kBlocklist);
    if (const auto action = BlockActionOf(row.want)) {
      EXPECT_EQ(entry->action, *action);
    }
    EXPECT_EQ(entry->reply, row.want_text);
  }
}

INSTANTIATE_TEST_SUITE_P(Postfix, TableActions, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::table_actions_test
