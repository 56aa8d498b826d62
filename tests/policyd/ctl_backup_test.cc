#include "policyd/ctl/backup.h"

#include <gtest/gtest.h>

#include "policyd/ctl/lists.h"
#include "policyd/ctl/restore.h"
#include "tests/policyd/ctl_tool.h"

namespace policyd::ctl {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Backup, MakesACopyThatServesAsAStore) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}});
  const std::string before = tool.Lists();
  const auto ran = tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")});
  ASSERT_EQ(ran.status, kDone) << ran.error;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.2"}});

  std::filesystem::remove_all(tool.store());
  std::filesystem::rename(tool.path("copy"), tool.store());
  tool.Seed([](cache::Stores&) {});
  EXPECT_EQ(tool.Lists(), before);
}

TEST(Backup, TakesAnEmptyFolder) {
  Tool tool;
  std::filesystem::create_directory(tool.path("copy"));
  EXPECT_EQ(tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")}).status, kDone);
  EXPECT_TRUE(std::filesystem::exists(tool.path("copy/lists/data.mdb")));
  EXPECT_TRUE(std::filesystem::exists(tool.path("copy/records/data.mdb")));
}

struct Case {
  const char* name;
  const char* directory;
  ExitStatus want;
  const char* want_error;
};

class BadBackupTest : public testing::TestWithParam<Case> {};

TEST_P(BadBackupTest, LeavesWhatIsThere) {
  Tool tool;
  std::filesystem::create_directory(tool.path("full"));
  tool.Write("full/letter", "dear");
  const auto ran = tool.Run(RunBackup, BackupOptions{.directory = tool.path(GetParam().directory)});
  EXPECT_EQ(ran.status, GetParam().want) << ran.error;
  EXPECT_TRUE(Has(ran.error, GetParam().want_error)) << ran.error;
  EXPECT_FALSE(std::filesystem::exists(tool.path("full/lists")));
}

INSTANTIATE_TEST_SUITE_P(Ctl, BadBackupTest,
                         testing::Values(Case{"something_in_it", "full", kBadInput, "an empty folder"},
                                         Case{"a_file", "full/letter", kBadInput, "expected a folder"},
                                         Case{"no_parent", "none/copy", kStoreError, "No such file"}),
                         [](const auto& row) { return row.param.name; });

TEST(Backup, LeavesNothingWhereThereIsNoStore) {
  Tool tool;
  std::filesystem::remove_all(tool.store() + "/lists");
  EXPECT_EQ(tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")}).status, kStoreError);
  EXPECT_FALSE(std::filesystem::exists(tool.path("copy")));
}

TEST(Restore, PutsABackupIntoANewFolder) {
  Tool tool;
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}});
  const std::string before = tool.Lists();
  ASSERT_EQ(tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")}).status, kDone);
  std::filesystem::remove_all(tool.store());
  const auto ran = tool.Run(RunRestore, RestoreOptions{.from = tool.path("copy")});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(tool.Lists(), before);
  tool.Seed([](cache::Stores& stores) { EXPECT_TRUE(stores.facts()); });
}

TEST(Restore, PutsABackupIntoAnEmptyFolder) {
  Tool tool;
  ASSERT_EQ(tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")}).status, kDone);
  std::filesystem::remove_all(tool.store());
  std::filesystem::create_directory(tool.store());
  EXPECT_EQ(tool.Run(RunRestore, RestoreOptions{.from = tool.path("copy")}).status, kDone);
}

TEST(Restore, NeverWritesOverAStore) {
  Tool tool;
  ASSERT_EQ(tool.Run(RunBackup, BackupOptions{.directory = tool.path("copy")}).status, kDone);
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.1"}});
  const std::string before = tool.Lists();
  const auto ran = tool.Run(RunRestore, RestoreOptions{.from = tool.path("copy")});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "an empty folder")) << ran.error;
  EXPECT_EQ(tool.Lists(), before);
}

TEST(Restore, LeavesNothingOfWhatIsNoBackup) {
  Tool tool;
  std::filesystem::remove_all(tool.store());
  std::filesystem::create_directories(tool.path("bad/records"));
  EXPECT_EQ(tool.Run(RunRestore, RestoreOptions{.from = tool.path("none")}).status, kBadInput);
  EXPECT_EQ(tool.Run(RunRestore, RestoreOptions{.from = tool.path("bad")}).status, kBadInput);
  std::filesystem::create_directories(tool.path("bad/lists"));
  tool.Write("bad/records/data.mdb", std::string(10'000, 'x'));
  tool.Write("bad/lists/data.mdb", "half a file");
  const auto ran = tool.Run(RunRestore, RestoreOptions{.from = tool.path("bad")});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_TRUE(Has(ran.error, "nothing was changed")) << ran.error;
  EXPECT_FALSE(std::filesystem::exists(tool.store()));
}

}  // namespace
}  // namespace policyd::ctl
