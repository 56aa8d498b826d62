// Lines for standard error are gathered for a moment and written by the one log thread with one write(2): waking it for
// every line cost a sixth of a warm request. Syslog takes a system call a line anyway, and has spdlog's queue.
//
//   TIME EVENT [level=warning|error] KEY=VALUE ...       TIME: 2026-11-21T08:30:00Z, left out where the journal reads
//
// To the journal warnings and errors start with "<4>" and "<3>" (sd-daemon(3)), so that `journalctl -p` finds them.
#include "policyd/runtime/log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/syslog_sink.h>

#include "rules/values/time.h"

namespace policyd {
namespace {

constexpr std::size_t kQueuedLines = 8192;  // some seconds of a blocked reader under full load
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::chrono::milliseconds kGather{50};  // who follows the log does not see it

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

rules::TimePoint Now() {
  return rules::TimePoint(rules::seconds(std::time(nullptr)));
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

  void Add(const LogText& added) {
    bool is_awaited = false;
    {
      const std::lock_guard lock(queue_.mutex);
      if (queue_.lines + added.lines() > kQueuedLines) DropOldest(added.lines());
      const std::size_t size = queue_.text.size();
      queue_.text += added.text();
      queue_.lines += added.lines();
      const bool is_enough = size < kBatchBytes && queue_.text.size() >= kBatchBytes;
      is_awaited = std::exchange(queue_.is_idle, false) || is_enough;
    }
    if (is_awaited) queue_.changed.notify_one();
  }

 private:
  // The queue's mutex is held.  Half of them at once: a few at a time would move all others for each new line.
  void DropOldest(std::size_t needed) {
    const std::size_t dropped = std::min(queue_.lines, std::max(needed, kQueuedLines / 2));
    std::size_t end = 0;
    for (std::size_t line = 0; line < dropped; ++line) end = queue_.text.find('\n', end) + 1;
    queue_.text.erase(0, end);
    queue_.lines -= dropped;
    queue_.dropped += dropped;
  }

  // While lines come it wakes by itself, once for each batch; only where none came it has to be woken.
  void Run() {
    std::string batch;
    for (bool has_ended = false; !has_ended;) {
      {
        std::unique_lock lock(queue_.mutex);
        queue_.changed.wait_for(lock, kGather,
                                [this] { return queue_.has_ended || queue_.text.size() >= kBatchBytes; });
        if (queue_.text.empty() && !queue_.has_ended) {
          queue_.is_idle = true;
          queue_.changed.wait(lock, [this] { return queue_.has_ended || !queue_.is_idle; });
          continue;
        }
        if (queue_.dropped > 0) queue_.text += DroppedLine();
        queue_.dropped = 0;
        batch.swap(queue_.text);
        queue_.lines = 0;
        has_ended = queue_.has_ended;
      }
      WriteAll(STDERR_FILENO, batch);
      batch.clear();
    }
  }

  // The queue's mutex is held.
  std::string DroppedLine() const {
    const std::string front =
        has_time_ ? rules::PrintTime(Now()) + ' ' : std::string(JournalPrefix(LogLevel::kWarning));
    return fmt::format("{}log_lines_dropped level=warning lines={}\n", front, queue_.dropped);
  }

  const bool has_time_;
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    std::string text;  // whole lines
    std::size_t lines = 0;
    std::size_t dropped = 0;  // not yet reported
    bool is_idle = false;     // waits for the first line
    bool has_ended = false;
  } queue_;
  std::thread thread_;
};

}  // namespace

struct Log::Sink {
  // To syslog one line at a time.
  void Add(const LogText& lines, LogLevel level) {
    if (output) return output->Add(lines);
    std::string_view line = lines.text();
    line.remove_suffix(1);
    logger->log(ToSpdlog(level), spdlog::string_view_t(line));
  }

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
  LogLines lines(*this);
  LogText& line = lines.Line(level, event);
  for (const LogField& field : fields) line.Field(field.key, field.value);
}

LogText& LogLines::Line(LogLevel level, std::string_view event) {
  const bool is_full = text_.text().size() >= kBatchBytes;
  if (is_full || !log_.sink_->output) HandOver();
  last_level_ = level;
  return text_.Line(Front(level), event, LevelField(level));
}

void LogLines::HandOver() {
  if (text_.lines() == 0) return;
  log_.sink_->Add(text_, last_level_);
  text_.Clear();
}

std::string_view LogLines::Front(LogLevel level) {
  if (!log_.sink_->output) return "";
  if (log_.sink_->is_journal) return JournalPrefix(level);
  if (text_.lines() > 0) return printed_now_;
  if (const rules::TimePoint now = Now(); now != now_) printed_now_ = rules::PrintTime(now_ = now) + ' ';
  return printed_now_;
}

}  // namespace policyd
