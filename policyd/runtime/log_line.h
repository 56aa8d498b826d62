// Lines of the log, taken apart again for targets and readers that want them otherwise.  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace policyd::runtime {

// What stands before the event: nothing, the UTC time, or the priority for the journal where there is one.
enum class LogFront : std::uint8_t { kNone, kTime, kPriority };

struct LogLine {
  std::string_view front;  // its blank included
  std::string_view text;   // "EVENT [level=warning|error] KEY=VALUE ..."

  std::string_view event() const { return text.substr(0, text.find(' ')); }
  // "warning", "error", or nothing.
  std::string_view level() const;
  // As it stands in the line, without its quotes; escapes stay, so that nothing but printable ASCII comes out.  Empty
  // where the line has no such key.
  std::string_view Value(std::string_view key) const;
};

struct LogLineField {
  std::string_view key;
  std::string_view value;  // as LogLine::Value()
};

// Takes the first field off `fields`, which begins behind the event.  Nothing at the end.
std::optional<LogLineField> TakeLogField(std::string_view& fields);

// `line` is without its newline.
LogLine SplitLogLine(std::string_view line, LogFront front);

template <class Act>
void ForEachLogLine(std::string_view lines, LogFront front, const Act& act) {
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    act(SplitLogLine(lines.substr(0, end), front));
    lines.remove_prefix(end + 1);
  }
}

// A verdict in postgrey's words, which logwatch's script for Postfix reads; nothing where the line is none:
//   action=greylist, reason=new, client_name=NAME, client_address=IP[, sender=S][, recipient=R]
std::optional<std::string> PostgreyText(const LogLine& line);

// One entry in the journal's native protocol: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, SYSLOG_FACILITY, SEKIMORI_EVENT,
// and SEKIMORI_KEY for each field that has a value.
std::string JournalEntry(const LogLine& line, std::string_view message, std::string_view identifier);

}  // namespace policyd::runtime
