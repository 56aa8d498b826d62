// One key=value line per event, to standard error (journald) or syslog; what came from outside is escaped.
//
// A blocked reader of the log never holds a mail: lines go through one log thread, and where its queue is full the
// oldest are dropped and counted in a line of their own. The operator can act on every warning; anything frequent is a
// metric instead.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace policyd {

enum class LogLevel { kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string_view value;  // quoted and escaped where it needs to be
};

// `action=greylist name="a b" helo="\x07"`: printable ASCII; in quotes, with \" and \\ and \xHH, where a value holds
// anything but letters, digits and marks.  Values are cut at 256 bytes.
std::string FormatFields(std::initializer_list<LogField> fields);

// Safe from all threads.
class Log {
 public:
  enum class Target { kStandardError, kSyslog };

  explicit Log(Target target);
  ~Log();  // writes what is queued
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `EVENT level=warning key=value ...`; kInfo lines carry no level.  Where the journal does not add it the UTC time
  // stands first.
  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace policyd
