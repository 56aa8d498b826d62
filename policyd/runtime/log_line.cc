// line  = event *( " " key "=" value )
// value = *plain / DQUOTE *( plain / " " / "\" DQUOTE / "\\" / "\xHH" ) DQUOTE      plain: printable ASCII but " and \.
//
// The journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): lines KEY=VALUE, one datagram an entry.
// Values hold no newline here, so that the form with a length is not needed.
#include "policyd/runtime/log_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "rules/values/ascii.h"

namespace policyd::runtime {
namespace {

constexpr std::size_t kTimeFront = std::string_view("2026-11-21T08:30:00Z ").size();
constexpr std::size_t kPriorityFront = std::string_view("<4>").size();
constexpr std::size_t kLongestKey = 55;  // the journal's longest name less "SEKIMORI_"

std::string_view TakeQuoted(std::string_view& fields) {
  std::size_t end = 1;
  while (end < fields.size() && fields[end] != '"') end += fields[end] == '\\' ? 2 : 1;
  end = std::min(end, fields.size());
  const std::string_view value = fields.substr(1, end - 1);
  fields.remove_prefix(std::min(end + 1, fields.size()));
  return value;
}

std::string_view TakeWord(std::string_view& fields) {
  const std::string_view word = fields.substr(0, fields.find(' '));
  fields.remove_prefix(word.size());
  return word;
}

// postgrey's own word if it has one for the same thing.
std::string PostgreyReason(const LogLine& line) {
  const std::string_view greylist = line.Value("greylist");
  const std::string_view reason = line.Value("reason");
  const bool is_greylisted = line.Value("action") == "greylist";
  if (is_greylisted && greylist == "early") return fmt::format("early-retry ({}s missing)", line.Value("wait_s"));
  if (is_greylisted) return "new";
  if (reason == "auto_whitelist") return "client AWL";
  if (reason == "whitelist")
    return line.Value("entry").starts_with("rcpt:") ? "recipient whitelist" : "client whitelist";
  if (reason == "known_triplet" || greylist == "passed") return "triplet found";
  return std::string(reason);
}

// Commas and blanks separate postgrey's fields, and a sender may hold both.
std::string PostgreyValue(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == ',' || c == ' ') {
      text += c == ',' ? "\\x2c" : "\\x20";
    } else {
      text += c;
    }
  }
  return text;
}

int PriorityOf(const LogLine& line) {
  if (line.level() == "error") return 3;
  return line.level() == "warning" ? 4 : 6;
}

}  // namespace

std::string_view LogLine::level() const {
  std::string_view fields = text.substr(event().size());
  if (!fields.starts_with(" level=")) return {};
  return TakeLogField(fields)->value;
}

std::string_view LogLine::Value(std::string_view key) const {
  std::string_view fields = text.substr(event().size());
  while (const auto field = TakeLogField(fields)) {
    if (field->key == key) return field->value;
  }
  return {};
}

std::optional<LogLineField> TakeLogField(std::string_view& fields) {
  if (!fields.starts_with(' ')) return std::nullopt;
  const std::size_t equals = fields.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view key = fields.substr(1, equals - 1);
  fields.remove_prefix(equals + 1);
  return LogLineField{key, fields.starts_with('"') ? TakeQuoted(fields) : TakeWord(fields)};
}

LogLine SplitLogLine(std::string_view line, LogFront front) {
  std::size_t size = 0;
  if (front == LogFront::kTime) size = std::min(kTimeFront, line.size());
  if (front == LogFront::kPriority && line.starts_with('<')) size = std::min(kPriorityFront, line.size());
  return {line.substr(0, size), line.substr(size)};
}

std::optional<std::string> PostgreyText(const LogLine& line) {
  if (line.event() != "verdict") return std::nullopt;
  const std::string_view action = line.Value("action");
  std::string text = fmt::format("action={}, reason={}", action == "tag" ? "pass" : action, PostgreyReason(line));
  if (const auto delay = line.Value("delayed_s"); !delay.empty()) text += fmt::format(", delay={}", delay);
  const std::string_view name = line.Value("name");
  text += fmt::format(", client_name={}, client_address={}", name.empty() ? "unknown" : PostgreyValue(name),
                      line.Value("client"));
  for (const char* key : {"sender", "recipient"}) {
    if (const auto value = line.Value(key); !value.empty()) text += fmt::format(", {}={}", key, PostgreyValue(value));
  }
  return text;
}

std::string JournalEntry(const LogLine& line, std::string_view message, std::string_view identifier) {
  std::string entry =
      fmt::format("MESSAGE={}\nPRIORITY={}\nSYSLOG_IDENTIFIER={}\nSYSLOG_FACILITY=2\nSEKIMORI_EVENT={}\n", message,
                  PriorityOf(line), identifier, line.event());
  std::string_view fields = line.text.substr(line.event().size());
  while (const auto field = TakeLogField(fields)) {
    if (field->value.empty() || field->key.empty() || field->key.size() > kLongestKey) continue;
    entry += "SEKIMORI_";
    for (const char c : field->key) entry += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    entry += fmt::format("={}\n", field->value);
  }
  return entry;
}

}  // namespace policyd::runtime
