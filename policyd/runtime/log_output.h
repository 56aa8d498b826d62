// Where the log's thread writes to.  Nothing here is safe from several threads.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "policyd/runtime/log_line.h"

namespace policyd::runtime {

class LogOutput {
 public:
  virtual ~LogOutput() = default;
  // Writes whole lines, and waits for a reader that has no room.  Returns how many lines were lost.
  virtual std::size_t Write(std::string_view lines) = 0;
};

// `is_postgrey`: verdicts are written in postgrey's words and, to syslog and the journal, under its name; other lines
// keep ours, so that logwatch does not take them for postgrey's.
std::unique_ptr<LogOutput> StandardErrorOutput(bool is_postgrey, LogFront front);
// Facility mail, to /dev/log ($SEKIMORI_SYSLOG_SOCKET).  What cannot be sent at all goes to standard error.
std::unique_ptr<LogOutput> SyslogOutput(bool is_postgrey);
// With fields, to /run/systemd/journal/socket ($SEKIMORI_JOURNAL_SOCKET).  As SyslogOutput() where nobody listens.
std::unique_ptr<LogOutput> JournalOutput(bool is_postgrey);

}  // namespace policyd::runtime
