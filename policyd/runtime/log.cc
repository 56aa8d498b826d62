// Lines are gathered for a moment and written together by the one log thread: waking it for every line cost a sixth of
// a warm request.
//
//   TIME EVENT [level=warning|error] KEY=VALUE ...       TIME: 2026-11-21T08:30:00Z, only on standard error, and left
//                                                        out there where the journal reads
//
// Standard error that the journal reads: warnings and errors start with "<4>" and "<3>" (sd-daemon(3)), so that
// `journalctl -p` finds them.
#include "policyd/runtime/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "cache/locked.h"
#include "policyd/runtime/log_line.h"
#include "policyd/runtime/log_output.h"
#include "policyd/runtime/log_repeats.h"
#include "rules/values/time.h"

namespace policyd::runtime {
namespace {

constexpr std::size_t kQueuedLines = 8192;  // some seconds of a blocked reader under full load
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::chrono::milliseconds kGather{50};  // too short for a reader of the log to notice
constexpr std::chrono::seconds kPatience{1};      // at the end

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

LogFront FrontOf(Log::Target target) {
  if (target != Log::Target::kStandardError) return LogFront::kNone;
  return IsReadByJournal() ? LogFront::kPriority : LogFront::kTime;
}

std::unique_ptr<LogOutput> OutputTo(Log::Target target, Log::Style style, LogFront front) {
  const bool is_postgrey = style == Log::Style::kPostgrey;
  switch (target) {
    case Log::Target::kStandardError:
      return StandardErrorOutput(is_postgrey, front);
    case Log::Target::kSyslog:
      return SyslogOutput(is_postgrey);
    case Log::Target::kJournal:
      return JournalOutput(is_postgrey);
  }
  return nullptr;
}

}  // namespace

struct Log::Queue {
  explicit Queue(LogFront its_front) : front(its_front) {}

  struct Waiting {
    std::string text;  // whole lines
    std::size_t lines = 0;
    bool has_warnings = false;
    std::size_t unreported = 0;  // dropped lines
    bool is_idle = false;        // the thread waits for the first line
    bool has_ended = false;
    bool is_finished = false;  // the thread has written all

    // Returns how many.
    std::size_t DropOldest(std::size_t needed);
  };

  const LogFront front;
  std::atomic<std::uint64_t> dropped = 0;
  std::atomic<std::uint64_t> batches = 0;  // written, at most 64 KiB each
  cache::Locked<Waiting> waiting;
  std::condition_variable changed;

  void Add(const LogText& added);
  void Run(LogOutput& output);

 private:
  // The lines that the thread takes out at once.
  struct Batch {
    std::string text;
    bool has_warnings = false;
    bool is_last = false;
  };
  std::string DroppedLine(std::size_t count) const;

  void Take(Batch& batch, std::optional<std::chrono::steady_clock::time_point> wake_at);
  void Write(std::string_view lines_now, LogOutput& output);
};

void Log::Queue::Add(const LogText& added) {
  bool is_awaited = false;
  {
    const auto queue = waiting.Lock();
    if (queue->lines + added.lines() > kQueuedLines) dropped += queue->DropOldest(added.lines());
    const std::size_t size = queue->text.size();
    queue->text += added.text();
    queue->lines += added.lines();
    queue->has_warnings |= added.has_warnings();
    const bool is_enough = size < kBatchBytes && queue->text.size() >= kBatchBytes;
    is_awaited = std::exchange(queue->is_idle, false) || is_enough;
  }
  if (is_awaited) changed.notify_all();
}

// Half of them at once: a few at a time would move all others for each new line.
std::size_t Log::Queue::Waiting::DropOldest(std::size_t needed) {
  const std::size_t count = std::min(lines, std::max(needed, kQueuedLines / 2));
  std::size_t end = 0;
  for (std::size_t line = 0; line < count; ++line) end = text.find('\n', end) + 1;
  text.erase(0, end);
  lines -= count;
  unreported += count;
  return count;
}

std::string Log::Queue::DroppedLine(std::size_t count) const {
  const std::string before = front == LogFront::kTime ? rules::PrintTime(Now()) + ' ' : "";
  const std::string_view priority = front == LogFront::kPriority ? JournalPrefix(LogLevel::kWarning) : "";
  return fmt::format("{}{}log_lines_dropped level=warning lines={}\n", before, priority, count);
}

// While lines arrive the thread wakes by itself, once for each batch; it has to be woken only after a pause.
void Log::Queue::Take(Batch& batch, std::optional<std::chrono::steady_clock::time_point> wake_at) {
  auto queue = waiting.Lock();
  queue.WaitFor(changed, kGather, [&queue] { return queue->has_ended || queue->text.size() >= kBatchBytes; });
  if (queue->text.empty() && !queue->has_ended) {
    queue->is_idle = true;
    const auto is_awaited = [&queue] { return queue->has_ended || !queue->is_idle; };
    if (wake_at) {
      queue.WaitUntil(changed, *wake_at, is_awaited);
    } else {
      queue.Wait(changed, is_awaited);
    }
    queue->is_idle = false;
    batch = {};
    return;
  }
  batch.has_warnings = std::exchange(queue->has_warnings, false) || queue->unreported > 0;
  if (queue->unreported > 0) queue->text += DroppedLine(std::exchange(queue->unreported, 0));
  batch.text.swap(queue->text);
  queue->lines = 0;
  batch.is_last = queue->has_ended;
}

void Log::Queue::Run(LogOutput& output) {
  RepeatedWarnings repeated;
  std::string filtered;
  for (Batch batch; !batch.is_last;) {
    Take(batch, repeated.next());
    const auto now = std::chrono::steady_clock::now();
    repeated.Tell(now, filtered);
    if (batch.has_warnings) {
      ForEachLogLine(batch.text, front, [&](const LogLine& line) { repeated.Take(line, now, filtered); });
    } else if (!filtered.empty()) {
      filtered += batch.text;
    }
    if (batch.is_last) repeated.TellAll(filtered);
    Write(filtered.empty() && !batch.has_warnings ? batch.text : filtered, output);
    filtered.clear();
    batch.text.clear();
  }
  waiting.Lock()->is_finished = true;
  changed.notify_all();
}

void Log::Queue::Write(std::string_view lines_now, LogOutput& output) {
  while (!lines_now.empty()) {
    const std::size_t end =
        lines_now.size() > kBatchBytes ? lines_now.rfind('\n', kBatchBytes) : std::string_view::npos;
    const std::string_view part = end == std::string_view::npos ? lines_now : lines_now.substr(0, end + 1);
    dropped += output.Write(part);
    ++batches;
    lines_now.remove_prefix(part.size());
  }
}

Log::Log(Target target, Style style) : queue_(std::make_shared<Queue>(FrontOf(target))) {
  thread_ = std::thread([queue = queue_, output = OutputTo(target, style, queue_->front)] { queue->Run(*output); });
}

Log::~Log() {
  bool is_finished = false;
  {
    auto queue = queue_->waiting.Lock();
    queue->has_ended = true;
    queue_->changed.notify_all();
    for (std::uint64_t batches = ~std::uint64_t{0}; !queue->is_finished && batches != queue_->batches;) {
      batches = queue_->batches;
      queue.WaitFor(queue_->changed, kPatience, [&queue] { return queue->is_finished; });
    }
    is_finished = queue->is_finished;
  }
  if (is_finished) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void Log::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  LogLines lines(*this);
  LogText& line = lines.Line(level, event);
  for (const LogField& field : fields) line.Field(field.key, field.value);
}

std::uint64_t Log::dropped() const {
  return queue_->dropped;
}

LogText& LogLines::Line(LogLevel level, std::string_view event) {
  if (text_.text().size() >= kBatchBytes) HandOver();
  return text_.Line(Front(level), event, LevelField(level));
}

void LogLines::HandOver() {
  if (text_.lines() == 0) return;
  log_.queue_->Add(text_);
  text_.Clear();
}

std::string_view LogLines::Front(LogLevel level) {
  switch (log_.queue_->front) {
    case LogFront::kNone:
      return "";
    case LogFront::kPriority:
      return JournalPrefix(level);
    case LogFront::kTime:
      break;
  }
  if (text_.lines() > 0) return printed_now_;
  if (const rules::TimePoint now = Now(); now != now_) printed_now_ = rules::PrintTime(now_ = now) + ' ';
  return printed_now_;
}

}  // namespace policyd::runtime
