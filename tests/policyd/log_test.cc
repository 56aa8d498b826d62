#include "policyd/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace policyd {
namespace {

struct Case {
  const char* name;
  std::string value;
  std::string want;
};

class FormatFieldsTest : public testing::TestWithParam<Case> {};

TEST_P(FormatFieldsTest, EscapesWhatCameFromOutside) {
  EXPECT_EQ(FormatFields({{"first", "1"}, {"key", GetParam().value}}), "first=1 key=" + GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Log, FormatFieldsTest,
                         testing::Values(Case{"plain", "mail.example.com", "mail.example.com"}, Case{"empty", "", ""},
                                         Case{"signals", "no_ptr:4,dnsbl:8", "no_ptr:4,dnsbl:8"},
                                         Case{"blank", "a b", R"("a b")"}, Case{"quote", "a\"b", R"("a\"b")"},
                                         Case{"backslash", R"(\x07)", R"("\\x07")"},
                                         Case{"line_end", "a\nverdict action=pass", R"("a\x0averdict action=pass")"},
                                         Case{"zero_byte", std::string("a\0b", 3), R"("a\x00b")"},
                                         Case{"delete_and_high_bytes", "\x7f\xc3\xa9", R"("\x7f\xc3\xa9")"},
                                         Case{"long_is_cut", std::string(1000, 'x'), std::string(256, 'x')}),
                         [](const auto& row) { return row.param.name; });

// What `write` leaves on standard error.
std::string CaptureStandardError(const std::function<void()>& write) {
  std::array<char, 32> path{"/tmp/sekimori_log_test.XXXXXX"};
  const int file = mkstemp(path.data());
  const int saved = dup(STDERR_FILENO);
  dup2(file, STDERR_FILENO);
  write();
  dup2(saved, STDERR_FILENO);
  close(saved);

  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(file, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  close(file);
  unlink(path.data());
  return text;
}

TEST(Log, StartsLinesWithTheTime) {
  unsetenv("JOURNAL_STREAM");
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    log.Write(LogLevel::kInfo, "verdict", {{"action", "greylist"}, {"score", "4.0"}});
    log.Write(LogLevel::kWarning, "reload_failed", {{"file", "a b"}});
    log.Write(LogLevel::kError, "stopped", {});
  });
  const std::string time = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )";
  const std::regex want(time + "verdict action=greylist score=4\\.0\n" + time +
                        "reload_failed level=warning file=\"a b\"\n" + time + "stopped level=error\n");
  EXPECT_TRUE(std::regex_match(got, want)) << got;
}

TEST(Log, LeavesTimeAndPriorityToTheJournal) {
  const std::string got = CaptureStandardError([] {
    struct stat status {};
    fstat(STDERR_FILENO, &status);
    setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
    Log log(Log::Target::kStandardError);
    log.Write(LogLevel::kInfo, "started", {{"version", "1"}});
    log.Write(LogLevel::kWarning, "off_loopback", {});
    log.Write(LogLevel::kError, "stopped", {});
  });
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(got, "started version=1\n<4>off_loopback level=warning\n<3>stopped level=error\n");
}

TEST(Log, KeepsLinesWholeAndLosesNoneFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kLines = 1000;  // together below the queue's length
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&log] {
        for (int i = 0; i < kLines; ++i) log.Write(LogLevel::kInfo, "verdict", {{"name", std::string(100, 'x')}});
      });
    }
  });
  std::size_t lines = 0;
  const std::size_t length = std::string("2026-11-21T08:30:00Z verdict name=").size() + 100 + 1;
  for (std::size_t at = 0; at < got.size(); at += length, ++lines) {
    ASSERT_EQ(got.substr(at + 20, 14), " verdict name=") << "line " << lines;
  }
  EXPECT_EQ(lines, static_cast<std::size_t>(kThreads * kLines));
}

// A pipe that nobody reads until the writers are done.
TEST(Log, DropsTheOldestAndSaysHowManyWhereTheReaderIsBlocked) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const int saved = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);

  std::string got;
  std::jthread reader;
  {
    Log log(Log::Target::kStandardError);
    for (int i = 0; i < 20000; ++i) log.Write(LogLevel::kInfo, "line", {{"number", std::to_string(i)}});
    reader = std::jthread([&got, from = ends[0]] {
      std::array<char, 4096> bytes{};
      ssize_t count = 0;
      while ((count = read(from, bytes.data(), bytes.size())) > 0) {
        got.append(bytes.data(), static_cast<std::size_t>(count));
      }
    });
  }
  dup2(saved, STDERR_FILENO);
  close(saved);
  reader.join();
  close(ends[0]);
  EXPECT_NE(got.find(" line number=19999\n"), std::string::npos) << "the newest line is kept";
  EXPECT_NE(got.find(" log_lines_dropped level=warning lines="), std::string::npos);
}

}  // namespace
}  // namespace policyd
