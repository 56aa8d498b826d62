#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "policyd/ctl/commands_people.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::backup_test {

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

// A store of somebody's, backed up by root.  The command becomes the store's owner: a process of its own runs it.
class BackupByRootTest : public testing::Test {
 protected:
  static constexpr uid_t kOwner = 65534, kStranger = 65533;

  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
    GiveAll(tool_.store(), kOwner);
    Make("roots", 0);
  }

  static void Give(const std::string& path, uid_t user) { ASSERT_EQ(lchown(path.c_str(), user, user), 0); }
  static void GiveAll(const std::string& path, uid_t user) {
    Give(path, user);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) Give(entry.path().string(), user);
  }
  void Make(const std::string& name, uid_t user, unsigned mode = 0755) {
    std::filesystem::create_directory(tool_.path(name));
    std::filesystem::permissions(tool_.path(name), std::filesystem::perms(mode));
    Give(tool_.path(name), user);
  }

  // How the command ended, and what it said.
  std::string Backup(const std::string& name) {
    std::filesystem::permissions(tool_.path(""), std::filesystem::perms(0755));
    const std::string said = tool_.path("said");
    const pid_t child = fork();
    if (child == 0) {
      std::ofstream out(said);
      const auto ran = tool_.Run(RunBackup, BackupOptions{.directory = tool_.path(name)});
      out << ran.status << ' ' << ran.error << std::flush;
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    std::ifstream in(said);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool IsCopied(const std::string& name) const { return std::filesystem::exists(tool_.path(name + "/lists/data.mdb")); }

  Tool tool_;
};

TEST_F(BackupByRootTest, GivesAFolderToTheStoresOwnerWhereRootAloneDecides) {
  EXPECT_EQ(Backup("roots/copy"), "0 ");
  EXPECT_EQ(Backup("roots/again/"), "0 ");
  Make("roots/empty", 0);
  EXPECT_EQ(Backup("roots/empty"), "0 ");
  EXPECT_TRUE(IsCopied("roots/copy") && IsCopied("roots/again") && IsCopied("roots/empty"));
}

TEST_F(BackupByRootTest, WorksAsTheStoresOwnerWhereHeDecides) {
  Make("his", kOwner);
  EXPECT_EQ(Backup("his/copy"), "0 ");
  Make("roots/his", kOwner, 0700);
  EXPECT_EQ(Backup("roots/his"), "0 ");
  // He leads root to a folder of root's: with his own rights nothing happens there.
  std::filesystem::create_symlink(tool_.path("roots"), tool_.path("his/link"));
  Give(tool_.path("his/link"), kOwner);
  EXPECT_TRUE(Backup("his/link/copy").starts_with("77 ")) << Backup("his/link/copy");
  EXPECT_FALSE(std::filesystem::exists(tool_.path("roots/copy")));
}

TEST_F(BackupByRootTest, RefusesWhatOthersCouldExchange) {
  Make("strangers", kStranger);
  Make("open", 0, 0777);
  Make("of_a_group", 0, 0775);
  Make("sticky", 0, 01777);
  std::filesystem::create_symlink(tool_.path("roots"), tool_.path("link"));
  Give(tool_.path("link"), kStranger);
  for (const char* name : {"strangers", "strangers/copy", "open", "open/copy", "of_a_group", "sticky", "link/copy"}) {
    EXPECT_TRUE(Backup(name).starts_with("77 ")) << name << ": " << Backup(name);
    EXPECT_FALSE(IsCopied(name)) << name;
  }
  EXPECT_EQ(Backup("sticky/copy"), "0 ") << "as in /tmp: nobody else can exchange it";
}

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

}  // namespace policyd::ctl::backup_test
