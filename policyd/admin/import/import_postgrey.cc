// The text of db5.3_dump, with the two databases of postgrey 1.3x.
//
// clang-format off
//   FILE       = "VERSION=3" *( NAME "=" VALUE ) "HEADER=END" *( KEY VALUE ) "DATA=END"
//   KEY, VALUE = " " and hexadecimal digits (format=bytevalue), or " " and text with \\ and \hh (format=print)
//
//   postgrey.db           CLIENT/SENDER/RECIPIENT -> FIRST,LAST[,HOST]      CLIENT: an address or the base of a network
//   postgrey_clients.db   ADDRESS -> PASSES,LAST
// clang-format on
// With --privacy a key is the SHA-1 of this text, which cannot be reversed.
#include <algorithm>
#include <optional>

#include "policyd/admin/import/import_rows.h"
#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kSha1Digits = 40;

// Takes two hexadecimal digits off the front.
std::optional<char> TakeByte(std::string_view& text) {
  if (text.size() < 2) return std::nullopt;
  const auto high = rules::HexValue(text[0]);
  const auto low = rules::HexValue(text[1]);
  if (!high || !low) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<char>(*high << 4 | *low);
}

std::optional<std::string> Decode(std::string_view text, bool is_print) {
  std::string bytes;
  while (!text.empty()) {
    if (is_print && text.front() != '\\') {
      bytes += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (is_print) text.remove_prefix(1);
    if (is_print && text.starts_with('\\')) {
      bytes += '\\';
      text.remove_prefix(1);
      continue;
    }
    const auto byte = TakeByte(text);
    if (!byte) return std::nullopt;
    bytes += *byte;
  }
  return bytes;
}

bool IsHash(std::string_view key) {
  return key.size() == kSha1Digits &&
         std::all_of(key.begin(), key.end(), [](char c) { return rules::HexValue(c).has_value(); });
}

struct Times {
  std::string_view first, second;
};

// "A,B" or "A,B,anything".
Times SplitValue(std::string_view value) {
  const std::size_t comma = value.find(',');
  if (comma == std::string_view::npos) return {value, {}};
  const std::string_view rest = value.substr(comma + 1);
  return {value.substr(0, comma), rest.substr(0, rest.find(','))};
}

void AddMail(std::size_t line, std::string_view key, std::string_view value, ImportedRows& rows) {
  const std::size_t client = key.find('/');
  const std::size_t recipient = key.rfind('/');
  if (client == recipient)
    return rows.Skip(line, "expected CLIENT/SENDER/RECIPIENT, got \"" + runtime::Shown(key) + "\"");
  const Times times = SplitValue(value);
  const auto first = ParseUnixTime(times.first);
  const auto last = ParseUnixTime(times.second);
  if (!first) return rows.Skip(line, first.error().message);
  if (!last) return rows.Skip(line, last.error().message);
  // postgrey notes each try, not whether it was let in: a client that came back after the delay of postgrey was, and is
  // known here with any delay of ours.
  const bool came_back = *last - *first >= std::max(rows.source_delay(), rules::seconds{1});
  rows.AddTriplet(line,
                  {.client = key.substr(0, client),
                   .sender = key.substr(client + 1, recipient - client - 1),
                   .recipient = key.substr(recipient + 1)},
                  {.first_seen = came_back ? std::min(*first, rows.now() - rows.settings().delay) : *first,
                   .last_seen = *last,
                   .passes = came_back ? 1U : 0U});
}

void AddRow(std::size_t line, std::string_view key, std::string_view value, ImportedRows& rows) {
  if (IsHash(key)) return rows.Skip(line, "the key is a hash (postgrey --privacy): nothing can be taken from it");
  if (key.find('/') != std::string_view::npos) return AddMail(line, key, value, rows);
  const Times times = SplitValue(value);
  const auto passes = ParseCount(times.first);
  const auto last = ParseUnixTime(times.second);
  if (!passes) return rows.Skip(line, passes.error().message);
  if (!last) return rows.Skip(line, last.error().message);
  rows.AddPasses(line, key, *passes, *last);
}

rules::Error Fault(std::size_t line, const std::string& what) {
  return {":" + std::to_string(line) + ": " + what};
}

}  // namespace

rules::Status ReadPostgrey(std::string_view text, ImportedRows& rows) {
  const auto lines = rules::SplitLines(text);
  std::size_t at = 0;
  bool is_print = false;
  if (lines.empty() || !lines.front().starts_with("VERSION=")) {
    return Fault(1,
                 "expected a Berkeley DB file or the text of db5.3_dump, "
                 "which begins with VERSION=");
  }
  for (; at < lines.size() && lines[at] != "HEADER=END"; ++at) is_print |= lines[at] == "format=print";
  for (++at; at + 1 < lines.size() && lines[at] != "DATA=END"; at += 2) {
    const std::size_t number = at + 1;
    if (!lines[at].starts_with(' ') || !lines[at + 1].starts_with(' ')) {
      return Fault(number,
                   "expected a key and a value that begin with a blank, got \"" + runtime::Shown(lines[at]) + "\"");
    }
    const auto key = Decode(lines[at].substr(1), is_print);
    const auto value = Decode(lines[at + 1].substr(1), is_print);
    if (!key || !value)
      return Fault(number, "expected bytes as db5.3_dump writes them, got \"" + runtime::Shown(lines[at]) + "\"");
    // Some versions of postgrey store the final zero byte of C's strings, too.
    AddRow(number, key->substr(0, key->find('\0')), value->substr(0, value->find('\0')), rows);
  }
  if (at >= lines.size() || lines[at] != "DATA=END") {
    return Fault(lines.size(), "expected DATA=END, got the end of the file: it is not whole");
  }
  return rules::Done{};
}

}  // namespace policyd::admin
