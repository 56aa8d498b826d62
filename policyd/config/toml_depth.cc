// Only the part of TOML's grammar that tells a dot in a key from one in a string or a comment:
//   string = one or three quotes, of " or ', to as many again; with " a backslash takes the next byte along
//   comment = "#" to the end of the line
// A key ends at one of = , [ ] { } or at the end of the line.
#include "policyd/config/config_checks.h"

#include <algorithm>
#include <string>

namespace policyd::config {
namespace {

constexpr std::string_view kEndsOfKey = "=,[]{}\n";

// The length of the string that begins with the quote at the front; all of the text where it does not end.
std::size_t LengthOfString(std::string_view text) {
  const char quote = text.front();
  const bool is_long = text.starts_with(std::string(3, quote));
  const std::string ending(is_long ? 3 : 1, quote);
  std::size_t at = ending.size();
  while (at < text.size() && text.substr(at, ending.size()) != ending) {
    if (!is_long && text[at] == '\n') return at;
    at += quote == '"' && text[at] == '\\' ? 2 : 1;
  }
  return std::min(at + ending.size(), text.size());
}

}  // namespace

std::optional<int> LineOfDeepKey(std::string_view text) {
  int line = 1;
  int dots = 0;
  while (!text.empty()) {
    std::size_t length = 1;
    if (text.front() == '"' || text.front() == '\'') {
      length = LengthOfString(text);
    } else if (text.front() == '#') {
      length = std::min(text.find('\n'), text.size());
    } else if (text.front() == '.') {
      if (++dots > kMostDotsOfKey) return line;
    } else if (kEndsOfKey.find(text.front()) != std::string_view::npos) {
      dots = 0;
    }
    line += static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace policyd::config
