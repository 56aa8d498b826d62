// The targets of the log that are sockets, with readers of our own.
#include "policyd/runtime/log_output.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/runtime/log.h"
#include "tests/support/temp_directory.h"

namespace policyd::runtime::log_output_test {

// A reader of datagrams.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path_;
  }
  ~Reader() { close(fd_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Waits for one.
  std::string Read() {
    std::string bytes(1 << 20, '\0');
    const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
  }

 private:
  const std::string path_;
  const int fd_;
};

struct TargetCase {
  const char* name;
  Log::Target target;
  const char* variable;
};

class SocketTargetTest : public testing::TestWithParam<TargetCase> {
 protected:
  SocketTargetTest() { setenv(GetParam().variable, path_.c_str(), 1); }
  ~SocketTargetTest() override { unsetenv(GetParam().variable); }

  support::TempDirectory directory_;
  const std::string path_ = directory_.path() + "/socket";
};

TEST_P(SocketTargetTest, GetsADatagramALine) {
  Reader reader(path_);
  Log log(GetParam().target);
  log.Write(LogLevel::kInfo, "started", {{"version", "1"}});
  EXPECT_NE(reader.Read().find("started version=1"), std::string::npos);
  log.Write(LogLevel::kError, "stopped", {});
  EXPECT_NE(reader.Read().find("stopped level=error"), std::string::npos);
}

TEST_P(SocketTargetTest, IsFoundAgainWhenItsReaderWasRestarted) {
  auto reader = std::make_unique<Reader>(path_);
  Log log(GetParam().target);
  log.Write(LogLevel::kInfo, "first", {});
  EXPECT_NE(reader->Read().find("first"), std::string::npos);
  reader.reset();
  reader = std::make_unique<Reader>(path_);
  log.Write(LogLevel::kInfo, "second", {});
  EXPECT_NE(reader->Read().find("second"), std::string::npos);
  EXPECT_EQ(log.dropped(), 0U);
}

// A worker goes on writing, the end comes, and each line was sent or counted.
TEST_P(SocketTargetTest, ThatStallsCostsLinesAndNoTime) {
  constexpr std::size_t kLines = 60'000;  // the kernel holds some 10,000 small datagrams at most, the queue 8192 lines
  // Until the process has ended: the thread that is left behind waits for it.
  static auto& kept = *new std::vector<std::unique_ptr<Reader>>;
  kept.push_back(std::make_unique<Reader>(path_));
  auto log = std::make_unique<Log>(GetParam().target);
  {
    LogLines lines(*log);
    for (std::size_t i = 0; i < kLines; ++i) {
      lines.Line(LogLevel::kInfo, "line").Plain("number", std::to_string(i));
      if (i % 100 == 0) lines.HandOver();
    }
  }
  EXPECT_GT(log->dropped(), 0U);
  auto ended = std::async(std::launch::async, [&log] { log.reset(); });
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{60}), std::future_status::ready) << "it waits for its reader";
}

TEST_P(SocketTargetTest, TakesPostgreysNameForVerdictsOnly) {
  Reader reader(path_);
  Log log(GetParam().target, Log::Style::kPostgrey);
  log.Write(LogLevel::kInfo, "verdict", {{"action", "pass"}, {"reason", "clean"}, {"client", "192.0.2.1"}});
  const std::string verdict = reader.Read();
  EXPECT_NE(verdict.find("postgrey"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("action=pass, reason=clean, client_name=unknown, client_address=192.0.2.1"),
            std::string::npos);
  log.Write(LogLevel::kWarning, "dns", {{"text", "x"}});
  const std::string other = reader.Read();
  EXPECT_NE(other.find("sekimorid"), std::string::npos) << other;
  EXPECT_EQ(other.find("postgrey"), std::string::npos) << other;
}

INSTANTIATE_TEST_SUITE_P(Log, SocketTargetTest,
                         testing::Values(TargetCase{"syslog", Log::Target::kSyslog, "SEKIMORI_SYSLOG_SOCKET"},
                                         TargetCase{"journal", Log::Target::kJournal, "SEKIMORI_JOURNAL_SOCKET"}),
                         [](const auto& row) { return row.param.name; });

class SyslogTest : public SocketTargetTest {};

TEST_P(SyslogTest, GetsTheFacilityMailAndTheFormOfSyslog3) {
  Reader reader(path_);
  Log log(GetParam().target);
  const std::string who =
      "[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d:\\d\\d sekimorid\\[" + std::to_string(getpid()) + "\\]: ";
  log.Write(LogLevel::kInfo, "started", {});
  EXPECT_TRUE(std::regex_match(reader.Read(), std::regex("<22>" + who + "started")));
  log.Write(LogLevel::kWarning, "dns", {});
  EXPECT_TRUE(std::regex_match(reader.Read(), std::regex("<20>" + who + "dns level=warning")));
}

INSTANTIATE_TEST_SUITE_P(Log, SyslogTest,
                         testing::Values(TargetCase{"syslog", Log::Target::kSyslog, "SEKIMORI_SYSLOG_SOCKET"}));

// What nobody listens for is not lost.
TEST(LogOutput, WritesToStandardErrorWhatCannotBeSent) {
  const support::TempDirectory directory;
  const std::string path = directory.path() + "/nobody";
  for (const char* variable : {"SEKIMORI_SYSLOG_SOCKET", "SEKIMORI_JOURNAL_SOCKET"}) setenv(variable, path.c_str(), 1);
  for (const auto& output : {SyslogOutput, JournalOutput}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(output(false)->Write("dns level=warning text=x\nstopped\n"), 0U);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(std::regex_match(said, std::regex("\\d{4}-\\S+Z dns level=warning text=x\n\\d{4}-\\S+Z stopped\n")))
        << said;
  }
  for (const char* variable : {"SEKIMORI_SYSLOG_SOCKET", "SEKIMORI_JOURNAL_SOCKET"}) unsetenv(variable);
}

// A line that no datagram holds comes cut.
TEST(LogOutput, CutsWhatIsTooLong) {
  const support::TempDirectory directory;
  const std::string path = directory.path() + "/socket";
  Reader reader(path);
  setenv("SEKIMORI_JOURNAL_SOCKET", path.c_str(), 1);
  EXPECT_EQ(JournalOutput(false)->Write("verdict action=pass signals=" + std::string(64 << 20, 'x') + "\n"), 0U);
  unsetenv("SEKIMORI_JOURNAL_SOCKET");
  const std::string entry = reader.Read();
  EXPECT_NE(entry.find("\nSEKIMORI_ACTION=pass\n"), std::string::npos);
  EXPECT_LT(entry.size(), 4096U);
}

}  // namespace policyd::runtime::log_output_test
