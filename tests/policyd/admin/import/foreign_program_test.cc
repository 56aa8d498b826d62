#include "policyd/admin/import/foreign_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_directory.h"

namespace policyd::admin::foreign_program_test {

constexpr uid_t kSomebody = 65533;

class ForeignProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root has rights to give up";
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    for (const char* name : {"data.db", "data.db-journal", "__db.001", "DB_CONFIG", "letter"}) {
      std::ofstream(directory_ / name) << name;
    }
  }

  // What a shell prints for `script`, which is told the path as $1.
  std::string Says(const std::string& script) const {
    const ForeignProgram shell{.words =
                                   [&script](const std::string& path) {
                                     return std::vector<std::string>{"sh", "-c", script, "sh", path};
                                   },
                               .package = "dash"};
    const auto said = OutputOf(shell, directory_ / "data.db");
    return said ? *said : said.error().message;
  }

  void GiveAway() const { ASSERT_EQ(chown((directory_ / "data.db").c_str(), kSomebody, kSomebody), 0); }

  support::TempDirectory directory_;
};

TEST_F(ForeignProgramTest, RunsAsTheOwnerOfTheFile) {
  GiveAway();
  EXPECT_EQ(Says("id -u; id -G"), std::to_string(kSomebody) + "\n" + std::to_string(kSomebody) + "\n");
  EXPECT_EQ(Says("echo $1"), directory_ / "data.db" + "\n");
}

TEST_F(ForeignProgramTest, RunsOnACopyOfRootsFileAsNobody) {
  EXPECT_EQ(Says("id -un"), "nobody\n");
  EXPECT_EQ(Says("cat $1"), "data.db");
}

TEST_F(ForeignProgramTest, CopiesWhatARunningDatabaseKeepsAndNoSettings) {
  EXPECT_EQ(Says("ls $(dirname $1)"), "__db.001\ndata.db\ndata.db-journal\n");
}

TEST_F(ForeignProgramTest, CopiesNothingThatALinkLeadsTo) {
  std::filesystem::create_symlink(directory_ / "letter", directory_ / "log.1");
  EXPECT_EQ(Says("ls $(dirname $1)"), "__db.001\ndata.db\ndata.db-journal\n");
}

TEST_F(ForeignProgramTest, LeavesNoCopyBehind) {
  const std::string path = Says("echo -n $1");
  EXPECT_TRUE(path.find("sekimori-import-") != std::string::npos) << path;
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(path).parent_path()));
}

TEST_F(ForeignProgramTest, ReadsTheCopyWhereRootsTemporaryFolderIsClosedToOthers) {
  const char* const before = getenv("TMPDIR");
  const std::string kept = before ? before : "";
  const std::string closed = directory_ / "closed";
  std::filesystem::create_directories(closed + "/open");
  std::filesystem::permissions(closed, std::filesystem::perms(0700));
  for (const std::string& folder : {closed, closed + "/open"}) {
    setenv("TMPDIR", folder.c_str(), 1);
    EXPECT_EQ(Says("cat $1"), "data.db") << folder;
  }
  before ? setenv("TMPDIR", kept.c_str(), 1) : unsetenv("TMPDIR");
}

TEST_F(ForeignProgramTest, GetsNoVariablesOfRoots) {
  setenv("SQLITE_TMPDIR", "/root", 1);
  EXPECT_EQ(Says("echo $SQLITE_TMPDIR $HOME"), "/nonexistent\n");
  unsetenv("SQLITE_TMPDIR");
}

TEST_F(ForeignProgramTest, NamesThePackageOfAProgramThatIsNotThere) {
  const ForeignProgram none{.words = [](const std::string&) { return std::vector<std::string>{"no-such-program"}; },
                            .package = "nothing"};
  const auto said = OutputOf(none, directory_ / "data.db");
  ASSERT_FALSE(said);
  EXPECT_NE(said.error().message.find("Debian's package nothing"), std::string::npos) << said.error().message;
}

}  // namespace policyd::admin::foreign_program_test
