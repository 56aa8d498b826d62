#include "policyd/ctl/commands_people.h"

#include <gtest/gtest.h>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/ctl/commands_memory.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::audit_test {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string TextOf(const runtime::Json& row, const char* member) {
  const runtime::Json* found = row.Find(member);
  const auto* text = found ? std::get_if<std::string>(&found->value()) : nullptr;
  return text ? *text : std::string();
}

class AuditUndoTest : public testing::Test {
 protected:
  void Add(const std::string& target, const std::string& comment = {}) {
    ASSERT_EQ(tool_.Run(RunListAdd, ListAddOptions{.targets = {target}, .entry = {.comment = comment}}).status, kDone);
  }
  Tool::Ran Undo(std::uint64_t number) { return tool_.Run(RunAuditUndo, AuditUndoOptions{.number = number}); }
  Tool tool_;
};

TEST_F(AuditUndoTest, AnEntryThatWasAddedGoes) {
  const std::string before = tool_.Lists();
  Add("192.0.2.1");
  const auto ran = Undo(1);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "192.0.2.1 is no longer in the whitelist")) << ran.out;
  EXPECT_EQ(tool_.Lists(), before);
}

TEST_F(AuditUndoTest, AnEntryThatWasRemovedComesBackAsItWas) {
  Add(".example.com", "ticket 1");
  const std::string before = tool_.Lists();
  tool_.now += std::chrono::hours(1);
  ASSERT_EQ(tool_.Run(RunListRemove, ListRemoveOptions{.targets = {".example.com"}}).status, kDone);
  EXPECT_EQ(Undo(2).status, kDone);
  EXPECT_EQ(tool_.Lists(), before) << "author and time included";
}

TEST_F(AuditUndoTest, AnEntryThatWasReplacedIsAsItWasBefore) {
  Add("/mx[0-9]+[.]example/", "first");
  const std::string before = tool_.Lists();
  Add("/mx[0-9]+[.]example/", "second");
  EXPECT_EQ(Undo(2).status, kDone);
  EXPECT_EQ(tool_.Lists(), before);
}

TEST_F(AuditUndoTest, ItIsAChangeItselfAndCanBeUndone) {
  Add("192.0.2.1", "why not");
  const std::string with_entry = tool_.Lists();
  ASSERT_EQ(Undo(1).status, kDone);
  ASSERT_EQ(Undo(2).status, kDone);
  EXPECT_EQ(tool_.Lists(), with_entry);
  const std::string audit = tool_.AuditText();
  EXPECT_TRUE(Has(audit, "audit undo 1 192.0.2.1")) << audit;
  EXPECT_TRUE(Has(audit, "undoes: whitelist add 192.0.2.1")) << audit;
  EXPECT_TRUE(Has(audit, "why not")) << audit;
}

TEST_F(AuditUndoTest, WhatWasChangedAgainStays) {
  Add("192.0.2.1", "first");
  Add("192.0.2.1", "second");
  const std::string lists = tool_.Lists();
  const std::string audit = tool_.AuditText();
  const auto ran = Undo(1);
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "changed again by change 2 (whitelist add 192.0.2.1")) << ran.error;
  EXPECT_EQ(tool_.Lists(), lists);
  EXPECT_EQ(tool_.AuditText(), audit);
}

TEST_F(AuditUndoTest, AnotherListsEntryOfTheSameTargetIsNoChangeOfIt) {
  Add("192.0.2.1");
  ListAddOptions block{.list = rules::ListKind::kBlocklist, .targets = {"192.0.2.1"}, .entry = {}};
  ASSERT_EQ(tool_.Run(RunListAdd, block).status, kDone);
  EXPECT_EQ(Undo(1).status, kDone);
  EXPECT_TRUE(Has(tool_.Lists(), "\"blocklist\"")) << tool_.Lists();
}

// What an older version took, and nobody may hand in any more.
TEST_F(AuditUndoTest, ATextThatWouldBeRefusedTodayIsNoHindrance) {
  const std::string hostile = "ticket \x1b[2J\u202e\n" + std::string(600, 'x');
  rules::ListEntry entry;
  entry.target = *rules::Target::Parse("192.0.2.1");
  entry.comment = entry.author = hostile;
  entry.created = tool_.now;
  tool_.Seed([&entry](cache::Stores& stores) {
    ASSERT_TRUE(admin::Apply(stores, {.changes = {{.entry = entry}}, .author = "ann", .command = "whitelist add"}));
  });
  const std::string with_entry = tool_.Lists();
  ASSERT_EQ(tool_.Run(RunListRemove, ListRemoveOptions{.targets = {"192.0.2.1"}}).status, kDone);
  const std::string without_entry = tool_.Lists();
  ASSERT_NE(without_entry, with_entry);
  const auto ran = Undo(2);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(tool_.Lists(), with_entry);
  EXPECT_EQ(Undo(3).status, kDone) << "and once more";
  EXPECT_EQ(tool_.Lists(), without_entry);
  EXPECT_TRUE(Has(tool_.AuditText(), "added")) << tool_.AuditText();
  EXPECT_FALSE(Has(tool_.AuditText(), "\x1b")) << "shown to nobody";
}

TEST_F(AuditUndoTest, WhatIsNoChangeOfTheListsIsRefused) {
  tool_.Seed([](cache::Stores& stores) {
    cache::AuditRow row;
    row.command = "greylist remove 192.0.2.1";
    row.before = R"({"waiting":3})";
    ASSERT_TRUE(admin::AppendAudit(stores, row));
  });
  const auto ran = Undo(1);
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "is no change of the lists")) << ran.error;
  EXPECT_EQ(Undo(2).status, kNoSuchThing);
  EXPECT_EQ(Undo(0).status, kNoSuchThing);
}

TEST_F(AuditUndoTest, TheExportIsALineOfJsonForEachChange) {
  Add("192.0.2.1", "ticket 7");
  ASSERT_EQ(tool_.Run(RunListRemove, ListRemoveOptions{.targets = {"192.0.2.1"}, .comment = "gone"}).status, kDone);
  const auto ran = tool_.Run(RunAuditExport, AuditExportOptions{});
  std::istringstream lines(ran.out);
  std::vector<runtime::Json> rows;
  for (std::string line; std::getline(lines, line);) {
    const auto row = runtime::Json::Parse(line);
    ASSERT_TRUE(row) << line;
    rows.push_back(*row);
  }
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(TextOf(rows[0], "command"), "whitelist add 192.0.2.1");
  EXPECT_EQ(TextOf(rows[0], "reason"), "ticket 7");
  EXPECT_EQ(TextOf(rows[0], "time"), "2026-11-21T08:33:20Z");
  EXPECT_EQ(TextOf(rows[0], "author"), "ann");
  EXPECT_EQ(TextOf(rows[1], "reason"), "gone");
  tool_.now += std::chrono::hours(3);
  EXPECT_EQ(tool_.Run(RunAuditExport, AuditExportOptions{.since = "2h"}).out, "");
  EXPECT_EQ(tool_.Run(RunAuditExport, AuditExportOptions{.since = "soon"}).status, kUsage);
}

}  // namespace policyd::ctl::audit_test
