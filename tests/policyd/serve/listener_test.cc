#include "policyd/serve/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_directory.h"

namespace policyd::serve::listener_test {

// Where an attacker waits who may write the socket's folder: the next chmod of `watched` finds a link to `victim`
// there.
struct Attacker {
  std::string watched, victim;
} attacker;

// In place of the C library's.
extern "C" int chmod(const char* path, mode_t mode) noexcept {
  if (!attacker.watched.empty() && attacker.watched == path) {
    unlink(path);
    (void)symlink(attacker.victim.c_str(), path);
  }
  return static_cast<int>(syscall(SYS_fchmodat, AT_FDCWD, path, mode));
}

mode_t ModeOf(const std::string& path) {
  struct stat about {};
  return lstat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0;
}

config::Endpoint Unix(const std::string& path) {
  return {.is_unix = true, .host = path};
}

bool Opens(const std::string& path) {
  return std::holds_alternative<ListeningSocket>(ListeningSocket::Open(Unix(path)));
}

TEST(ListeningSocket, AnyUserMayConnectWhateverTheMaskOfTheProcess) {
  const support::TempDirectory directory;
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const std::string path = directory / ("socket" + std::to_string(mask));
    const mode_t before = umask(mask);
    const auto opened = ListeningSocket::Open(Unix(path));
    EXPECT_EQ(umask(before), mask);
    ASSERT_TRUE(std::holds_alternative<ListeningSocket>(opened));
    EXPECT_EQ(ModeOf(path), 0666U) << mask;
  }
}

TEST(ListeningSocket, ChangesNoFileThatALinkLeadsTo) {
  const support::TempDirectory directory;
  attacker = {.watched = directory / "socket", .victim = directory / "secret"};
  std::ofstream(attacker.victim) << "root's own";
  std::filesystem::permissions(attacker.victim, std::filesystem::perms(0600));
  EXPECT_TRUE(Opens(attacker.watched));
  EXPECT_EQ(ModeOf(attacker.victim), 0600U);
  attacker = {};
}

TEST(ListeningSocket, TakesThePlaceOfADeadSocketButOfNothingElse) {
  const support::TempDirectory directory;
  EXPECT_TRUE(Opens(directory / "socket"));
  EXPECT_TRUE(Opens(directory / "socket")) << "the first is closed";
  std::ofstream(directory / "letter") << "dear";
  EXPECT_FALSE(Opens(directory / "letter"));
  std::filesystem::create_symlink(directory / "nothing", directory / "link");
  EXPECT_FALSE(Opens(directory / "link"));
}

}  // namespace policyd::serve::listener_test
