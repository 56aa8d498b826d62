// Lines for standard error are gathered for a moment and written by the one log thread with one write(2): waking it for
// every line cost a sixth of a warm request. Syslog takes a system call a line anyway, and has spdlog's queue.
//
//   TIME EVENT [level=warning|error] KEY=VALUE ...       TIME: 2026-11-21T08:30:00Z, left out where the journal reads
//
// To the journal warnings and errors start with "<4>" and "<3>" (sd-daemon(3)), so that `journalctl -p` finds them.
#include "policyd/log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/syslog_sink.h>

#include "rules/time.h"

namespace policyd {
namespace {

constexpr std::size_t kQueuedLines = 8192;  // some seconds of a blocked reader under full load
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::chrono::milliseconds kGather{5};  // who follows the log does not see it
constexpr std::size_t kMaxFieldBytes = 256;

constexpr bool IsPlain(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\';
}

constexpr std::array<bool, 256> kNeedsQuotes = [] {
  std::array<bool, 256> needs_quotes{};
  for (std::size_t byte = 0; byte < needs_quotes.size(); ++byte) needs_quotes[byte] = !IsPlain(static_cast<char>(byte));
  return needs_quotes;
}();

void AppendValue(std::string& line, std::string_view value) {
  value = value.substr(0, kMaxFieldBytes);
  bool needs_quotes = false;
  for (const char c : value) needs_quotes |= kNeedsQuotes[static_cast<unsigned char>(c)];
  if (!needs_quotes) {
    line += value;
    return;
  }

  line += '"';
  for (const char c : value) {
    if (IsPlain(c) || c == ' ') {
      line += c;
    } else if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  line += '"';
}

void AppendFields(std::string& line, std::initializer_list<LogField> fields) {
  for (const LogField& field : fields) {
    if (!line.empty()) line += ' ';
    line += field.key;
    line += '=';
    AppendValue(line, field.value);
  }
}

// $JOURNAL_STREAM names the device and inode that standard error had when systemd started us; a child that redirects it
// inherits the variable all the same (systemd.exec(5)).
bool IsReadByJournal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  return stream && fstat(STDERR_FILENO, &status) == 0 && fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return;  // nobody is left to tell
    }
  }
}

// Standard error, with the thread that writes to it.
class BatchedOutput {
 public:
  explicit BatchedOutput(bool has_time) : has_time_(has_time), thread_([this] { Run(); }) {}
  ~BatchedOutput() {
    {
      const std::lock_guard lock(queue_.mutex);
      queue_.has_ended = true;
    }
    queue_.changed.notify_one();
    thread_.join();
  }
  BatchedOutput(const BatchedOutput&) = delete;
  BatchedOutput& operator=(const BatchedOutput&) = delete;

  void Add(std::string_view line) {
    bool is_awaited = false;
    {
      const std::lock_guard lock(queue_.mutex);
      if (queue_.lines == kQueuedLines) DropOldest();
      const std::size_t size = queue_.text.size();
      Append(line);
      is_awaited = size == 0 || (size < kBatchBytes && queue_.text.size() >= kBatchBytes);
    }
    if (is_awaited) queue_.changed.notify_one();
  }

 private:
  // The queue's mutex is held.
  void Append(std::string_view line) {
    if (has_time_) {
      const auto now = std::chrono::time_point_cast<rules::seconds>(std::chrono::system_clock::now());
      if (now != queue_.now) queue_.printed_now = rules::PrintTime(queue_.now = now) + ' ';
      queue_.text += queue_.printed_now;
    }
    queue_.text += line;
    queue_.text += '\n';
    ++queue_.lines;
  }

  // The queue's mutex is held.  Half of them at once: one at a time would move all others for each new line.
  void DropOldest() {
    std::size_t end = 0;
    for (std::size_t dropped = 0; dropped < kQueuedLines / 2; ++dropped) end = queue_.text.find('\n', end) + 1;
    queue_.text.erase(0, end);
    queue_.lines -= kQueuedLines / 2;
    queue_.dropped += kQueuedLines / 2;
  }

  void Run() {
    std::string batch;
    for (bool has_ended = false; !has_ended;) {
      {
        std::unique_lock lock(queue_.mutex);
        queue_.changed.wait(lock, [this] { return queue_.has_ended || !queue_.text.empty(); });
        queue_.changed.wait_for(lock, kGather,
                                [this] { return queue_.has_ended || queue_.text.size() >= kBatchBytes; });
        if (queue_.dropped > 0) Append(fmt::format("log_lines_dropped level=warning lines={}", queue_.dropped));
        queue_.dropped = 0;
        batch.swap(queue_.text);
        queue_.lines = 0;
        has_ended = queue_.has_ended;
      }
      WriteAll(STDERR_FILENO, batch);
      batch.clear();
    }
  }

  const bool has_time_;
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    std::string text;  // whole lines
    std::size_t lines = 0;
    std::size_t dropped = 0;  // not yet reported
    rules::TimePoint now{};
    std::string printed_now;
    bool has_ended = false;
  } queue_;
  std::thread thread_;
};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view LevelField(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "";
    case LogLevel::kWarning:
      return " level=warning";
    case LogLevel::kError:
      return " level=error";
  }
  return "";
}

std::string_view JournalPrefix(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kError:
      return "<3>";
  }
  return "";
}

}  // namespace

std::string FormatFields(std::initializer_list<LogField> fields) {
  std::string text;
  AppendFields(text, fields);
  return text;
}

struct Log::Sink {
  bool is_journal = false;
  std::unique_ptr<BatchedOutput> output;
  // For syslog.  The queue ends first, when its thread has written what is queued.
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> queue;
};

Log::Log(Target target) : sink_(std::make_unique<Sink>()) {
  if (target == Target::kStandardError) {
    sink_->is_journal = IsReadByJournal();
    sink_->output = std::make_unique<BatchedOutput>(!sink_->is_journal);
    return;
  }
  auto output = std::make_shared<spdlog::sinks::syslog_sink_mt>("sekimorid", LOG_PID, LOG_MAIL, false);
  output->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  sink_->queue = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
  sink_->logger = std::make_shared<spdlog::async_logger>("sekimori", std::move(output), sink_->queue,
                                                         spdlog::async_overflow_policy::overrun_oldest);
}

Log::~Log() = default;

void Log::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(512);
  if (sink_->is_journal) line += JournalPrefix(level);
  line += event;
  line += LevelField(level);
  AppendFields(line, fields);
  if (sink_->output) return sink_->output->Add(line);
  sink_->logger->log(ToSpdlog(level), spdlog::string_view_t(line));
}

}  // namespace policyd
