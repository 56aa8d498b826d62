// Lines wait in spdlog's queue for the one log thread, which writes them in batches: all that is queued, at most
// kBatchBytes, with one write(2).
//
//   TIME EVENT [level=warning|error] KEY=VALUE ...       TIME: 2026-11-21T08:30:00Z, left out where the journal reads
//
// To the journal warnings and errors start with "<4>" and "<3>" (sd-daemon(3)), so that `journalctl -p` finds them.
#include "policyd/log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/syslog_sink.h>

namespace policyd {
namespace {

constexpr std::size_t kQueuedLines = 8192;  // some seconds of a blocked reader under full load
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::size_t kMaxFieldBytes = 256;

bool IsPlain(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\';
}

void AppendValue(std::string& line, std::string_view value) {
  value = value.substr(0, kMaxFieldBytes);
  bool is_plain = true;
  for (const char c : value) is_plain = is_plain && IsPlain(c);
  if (is_plain) {
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

// Used by the log thread alone, and by the thread that destroys it after that one has ended.
class BatchSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit BatchSink(spdlog::details::thread_pool& queue) : queue_(queue) {}
  ~BatchSink() override { BatchSink::flush_(); }
  BatchSink(const BatchSink&) = delete;
  BatchSink& operator=(const BatchSink&) = delete;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    formatter_->format(message, batch_);
    if (batch_.size() < kBatchBytes && queue_.queue_size() > 0) return;
    ReportDropped();
    flush_();
  }
  void flush_() override {
    WriteAll(STDERR_FILENO, {batch_.data(), batch_.size()});
    batch_.clear();
  }

 private:
  void ReportDropped() {
    const std::size_t dropped = queue_.overrun_counter();
    if (dropped == reported_) return;
    const std::string line = fmt::format("log_lines_dropped level=warning lines={}", dropped - reported_);
    formatter_->format({"sekimori", spdlog::level::warn, line}, batch_);
    reported_ = dropped;
  }

  spdlog::details::thread_pool& queue_;
  spdlog::memory_buf_t batch_;
  std::size_t reported_ = 0;
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

// Members end in reverse order: the queue's thread last, when it has written what is queued.
struct Log::Sink {
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> queue = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
  bool is_journal = false;
};

Log::Log(Target target) : sink_(std::make_unique<Sink>()) {
  std::shared_ptr<spdlog::sinks::sink> output;
  if (target == Target::kSyslog) {
    output = std::make_shared<spdlog::sinks::syslog_sink_mt>("sekimorid", LOG_PID, LOG_MAIL, false);
  } else {
    sink_->is_journal = IsReadByJournal();
    output = std::make_shared<BatchSink>(*sink_->queue);
  }
  const char* pattern = target == Target::kSyslog || sink_->is_journal ? "%v" : "%Y-%m-%dT%H:%M:%SZ %v";
  output->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  sink_->logger = std::make_shared<spdlog::async_logger>("sekimori", std::move(output), sink_->queue,
                                                         spdlog::async_overflow_policy::overrun_oldest);
}

Log::~Log() = default;

void Log::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(256);
  if (sink_->is_journal) line += JournalPrefix(level);
  line += event;
  line += LevelField(level);
  AppendFields(line, fields);
  sink_->logger->log(ToSpdlog(level), spdlog::string_view_t(line));
}

}  // namespace policyd
