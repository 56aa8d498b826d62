// One key=value line per event, to standard error (journald) or syslog; what came from outside is escaped.
//
// A blocked reader of the log never holds a mail: lines go through one log thread, and where its queue is full the
// oldest are dropped. The operator can act on every warning; anything frequent is a metric instead.
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

// `action=greylist name="a b"`: printable ASCII, quotes where there are blanks or quotes, everything else as \xHH;
// values are cut at 256 bytes.
std::string FormatFields(std::initializer_list<LogField> fields);

// Safe from all threads.
class Log {
 public:
  enum class Target { kStandardError, kSyslog };

  explicit Log(Target target);
  ~Log();  // writes what is queued
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `level=warning event=NAME key=value ...`; kInfo lines carry no level.
  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace policyd
