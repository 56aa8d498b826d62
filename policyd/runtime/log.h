// One key=value line per event, to standard error, syslog or the journal; what came from outside is escaped.
//
// A blocked reader of the log never holds a mail: lines go through one log thread, and where its queue is full the
// oldest are dropped, counted, and told of in a line of their own.  The operator can act on every warning; anything
// frequent is a metric instead, and warnings that repeat themselves are counted (log_repeats.h).
//
// A thread that writes much keeps LogLines and hands them over a turn at a time; all others use Log::Write().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "policyd/runtime/log_text.h"
#include "rules/values/time.h"

namespace policyd::runtime {

enum class LogLevel { kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string_view value;  // quoted and escaped where it needs to be
};

// Safe from all threads.
class Log {
 public:
  enum class Target { kStandardError, kSyslog, kJournal };
  enum class Style { kKeyValue, kPostgrey };  // of verdicts: log_line.h

  explicit Log(Target target, Style style = Style::kKeyValue);
  // Writes what is queued; a reader that takes nothing for a second is not waited for.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `EVENT level=warning key=value ...`; kInfo lines carry no level.  On standard error the UTC time stands first where
  // the journal does not add it.
  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

  // Lines that nobody will read, since the start.
  std::uint64_t dropped() const;

 private:
  friend class LogLines;
  struct Queue;
  std::shared_ptr<Queue> queue_;  // the thread's, too: it may be left behind in a call that blocks
  std::thread thread_;
};

// Lines of one thread: written without a lock into a buffer of its own, and handed to the log's thread together.
class LogLines {
 public:
  // `log` outlives it.
  explicit LogLines(Log& log) : log_(log) {}
  ~LogLines() { HandOver(); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  // Starts a line, to which fields can be added until the next starts.  As in Log::Write(); the time is that of the
  // first line not yet handed over.
  LogText& Line(LogLevel level, std::string_view event);
  // Readers of the log see them a moment later. 64 KiB hand themselves over.
  void HandOver();

 private:
  std::string_view Front(LogLevel level);

  Log& log_;
  LogText text_;
  rules::TimePoint now_{};
  std::string printed_now_;
};

}  // namespace policyd::runtime
