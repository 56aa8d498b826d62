// Text as people and other programs hand it over: its lines, fields and words, and its ASCII signs.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policyd::admin {

// The lines without their ends, LF or CR LF; the last one may lack its own.  Borrowed from `text`.
std::vector<std::string_view> SplitLines(std::string_view text);

// Calls visit(line) for each, as SplitLines() gives them: for a text of many megabytes.
template <class Visit>
void ForEachLine(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    visit(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// The fields between tabs, at least one.  Borrowed from `line`.
std::vector<std::string_view> SplitFields(std::string_view line);
// The words between blanks and tabs.  Borrowed from `line`.
std::vector<std::string_view> SplitWords(std::string_view line);
// Without the blanks, tabs and carriage returns around it.
std::string_view Trimmed(std::string_view text);
// "a, b, c"
std::string Joined(const std::vector<std::string>& texts);

constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool IsLetter(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z';
}
// Of a hexadecimal digit in either case.
std::optional<unsigned> HexValue(char c);

}  // namespace policyd::admin
