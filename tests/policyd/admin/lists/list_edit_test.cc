#include "policyd/admin/lists/list_edit.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace policyd::admin::list_edit_test {

rules::ListEntry EntryFor(const char* target, const char* comment = "") {
  rules::ListEntry entry;
  entry.target = *rules::Target::Parse(target);
  entry.comment = comment;
  return entry;
}

ListEdit Adding(const rules::ListEntry& entry) {
  ListEdit edit{.author = "ann", .command = "whitelist add"};
  edit.changes.push_back({.entry = entry});
  return edit;
}

class ListEditTest : public testing::Test {
 protected:
  ListEditTest() {
    settings_.directory = directory_ / "store";
    auto opened = cache::Stores::OpenForDaemon(settings_);
    if (auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened)) stores_ = std::move(*stores);
  }

  std::optional<rules::ListEntry> Find(const cache::Stores& stores, const char* target) const {
    cache::ReadTransaction snapshot(stores.lists_environment());
    return stores.lists().Find(snapshot, rules::ListKind::kWhitelist, *rules::Target::Parse(target));
  }

  support::TempDirectory directory_;
  cache::StoreSettings settings_{.max_size = std::uint64_t{64} << 20};
  std::unique_ptr<cache::Stores> stores_;
};

TEST_F(ListEditTest, LeavesAloneWhatIsNotAsExpected) {
  ASSERT_TRUE(stores_);
  ASSERT_TRUE(Apply(*stores_, Adding(EntryFor("192.0.2.1", "first"))));
  ListEdit edit = Adding(EntryFor("192.0.2.2"));
  edit.changes.push_back({.entry = EntryFor("192.0.2.1", "second"), .expected = EntryFor("192.0.2.1", "other")});
  edit.changes.push_back({.entry = EntryFor("192.0.2.3"), .expected = std::optional<rules::ListEntry>()});
  const auto applied = Apply(*stores_, edit);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->changed_since, std::vector<std::size_t>{1});
  EXPECT_EQ(Find(*stores_, "192.0.2.1")->comment, "first");
  EXPECT_FALSE(Find(*stores_, "192.0.2.2"));
  edit.changes[1].expected = EntryFor("192.0.2.1", "first");
  EXPECT_TRUE(Apply(*stores_, edit)->changed_since.empty());
  EXPECT_EQ(Find(*stores_, "192.0.2.1")->comment, "second");
  EXPECT_TRUE(Find(*stores_, "192.0.2.3"));
}

// "Added" must be true after the daemon has ended, too.
TEST_F(ListEditTest, IsRefusedWhereNothingWouldStay) {
  ASSERT_TRUE(stores_);
  cache::Stores::Parts parts;
  parts.settings = settings_;
  auto records = cache::Environment::OpenInMemory(cache::RecordOptions(settings_));
  auto lists = cache::Environment::OpenInMemory(cache::ListOptions(settings_));
  ASSERT_TRUE(records && lists);
  parts.records = std::move(*records);
  parts.lists = std::move(*lists);
  const cache::Stores in_memory(std::move(parts));
  const auto applied = Apply(in_memory, Adding(EntryFor("192.0.2.1")));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "lists/ cannot be used just now: no change would be kept");
  EXPECT_FALSE(Find(in_memory, "192.0.2.1"));
  EXPECT_FALSE(AppendAudit(in_memory, {}));
}

}  // namespace policyd::admin::list_edit_test
