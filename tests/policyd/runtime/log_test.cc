#include "policyd/runtime/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <regex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace policyd::runtime::log_test {

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

std::string WithoutTimes(const std::string& text) {
  return std::regex_replace(text, std::regex(R"((^|\n)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )"), "$1");
}

std::size_t CountOf(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
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

TEST(Log, CountsWarningsThatRepeatThemselves) {
  unsetenv("JOURNAL_STREAM");
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    for (int i = 0; i < 45; ++i) log.Write(LogLevel::kWarning, "dns", {{"text", "again"}});
    log.Write(LogLevel::kInfo, "stopped", {});
  });
  const std::string line = "dns level=warning text=again";
  std::string want;
  for (int i = 0; i < 5; ++i) want += line + "\n";
  EXPECT_EQ(WithoutTimes(got), want + "stopped\n" + line + " repeated=40\n");
}

TEST(LogLines, AreInTheLogInOrderOnceHandedOver) {
  unsetenv("JOURNAL_STREAM");
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    LogLines lines(log);
    lines.Line(LogLevel::kInfo, "first").Plain("number", "1").Field("name", "a b");
    lines.Line(LogLevel::kWarning, "second").Decimal("score", -5, 10);
    log.Write(LogLevel::kInfo, "before_the_end_of_the_turn", {});
    lines.HandOver();
    lines.HandOver();
    log.Write(LogLevel::kInfo, "after_it", {});
    lines.Line(LogLevel::kInfo, "at_the_end_of_the_thread");
  });
  EXPECT_EQ(WithoutTimes(got),
            "before_the_end_of_the_turn\nfirst number=1 name=\"a b\"\nsecond level=warning score=-0.5\n"
            "after_it\nat_the_end_of_the_thread\n");
}

TEST(LogLines, HandThemselvesOverWhereTheyAreMany) {
  unsetenv("JOURNAL_STREAM");
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    LogLines lines(log);
    for (int i = 0; i < 1000; ++i) lines.Line(LogLevel::kInfo, "line").Field("name", std::string(100, 'x'));
    log.Write(LogLevel::kInfo, "meanwhile", {});
  });
  EXPECT_EQ(CountOf(got, " line name="), 1000U);
  const std::size_t before = CountOf(got.substr(0, got.find(" meanwhile\n")), " line name=");
  EXPECT_GE(before * 127, std::size_t{64} * 1024) << "these did not wait";
  EXPECT_LT(before, 1000U);
}

TEST(LogLines, KeepTheOrderOfEachThreadAndLoseNone) {
  constexpr int kThreads = 4;
  constexpr int kLines = 2000;  // together below the queue's length
  unsetenv("JOURNAL_STREAM");
  const std::string got = CaptureStandardError([] {
    Log log(Log::Target::kStandardError);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&log, t] {
        LogLines lines(log);
        for (int i = 0; i < kLines; ++i) {
          lines.Line(LogLevel::kInfo, "line").Plain("of", std::to_string(t)).Plain("number", std::to_string(i));
          if (i % 7 == 0) lines.HandOver();
        }
      });
    }
  });
  for (int t = 0; t < kThreads; ++t) {
    std::size_t at = 0;
    for (int i = 0; i < kLines; ++i) {
      at = got.find(fmt::format(" line of={} number={}\n", t, i), at);
      ASSERT_NE(at, std::string::npos) << "line " << i << " of thread " << t;
    }
  }
  EXPECT_EQ(CountOf(got, "\n"), static_cast<std::size_t>(kThreads * kLines));
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

// A pipe that nobody reads until the writer is done; returns what was in it.
std::string FromBlockedPipe(const std::function<void(Log&)>& write) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const int saved = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);

  std::string got;
  std::jthread reader;
  {
    Log log(Log::Target::kStandardError);
    write(log);
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
  return got;
}

class BlockedReaderTest : public testing::TestWithParam<int> {};

TEST_P(BlockedReaderTest, TheOldestLinesAreDroppedAndCounted) {
  constexpr std::size_t kLines = 20000;
  unsetenv("JOURNAL_STREAM");
  const std::string got = FromBlockedPipe([](Log& log) {
    LogLines lines(log);
    for (std::size_t i = 0; i < kLines; ++i) {
      lines.Line(LogLevel::kInfo, "line").Plain("number", std::to_string(i));
      if (i % GetParam() == 0) lines.HandOver();
    }
  });
  EXPECT_NE(got.find(" line number=19999\n"), std::string::npos) << "the newest line is kept";
  constexpr std::string_view kReport = " log_lines_dropped level=warning lines=";
  std::size_t dropped = 0;
  for (std::size_t at = got.find(kReport); at != std::string::npos; at = got.find(kReport, at + 1)) {
    dropped += std::stoul(got.substr(at + kReport.size()));
  }
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(CountOf(got, " line number=") + dropped, kLines) << "each is written, or counted";
}

INSTANTIATE_TEST_SUITE_P(Log, BlockedReaderTest, testing::Values(1, 100, 20000));

}  // namespace policyd::runtime::log_test
