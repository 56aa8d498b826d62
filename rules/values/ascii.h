// Classifies, folds and cuts ASCII text.  No locale has a say, as in <cctype> it would; bytes above 127 are never
// letters, digits or blanks.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The value of a hexadecimal digit in either case.
constexpr std::optional<unsigned> HexValue(char c) {
  if (IsDigit(c)) return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower < 'a' || lower > 'f') return std::nullopt;
  return static_cast<unsigned>(lower - 'a' + 10);
}

constexpr bool IsAlphanumeric(char c) {
  return IsDigit(c) || IsLetter(c);
}

// Space, tab, line feed, vertical tab, form feed, carriage return: isspace(3) of the C locale, as Postfix has it.
constexpr bool IsBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

constexpr char LowerAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerAscii(std::string_view text);

// One digit at least, and nothing else.
bool IsNumber(std::string_view text);

// What is returned below is borrowed from `text`.
std::string_view WithoutBlanksBefore(std::string_view text);
std::string_view WithoutBlanksBehind(std::string_view text);
std::string_view WithoutBlanks(std::string_view text);  // on both sides

// The parts between separators: one more than there are separators.
std::vector<std::string_view> Split(std::string_view text, char separator);

// Calls visit(line) for each line without its end, LF or CR LF; the last one may lack its own.
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

std::vector<std::string_view> SplitLines(std::string_view text);

// The words between blanks.
std::vector<std::string_view> SplitWords(std::string_view line);

// "a, b, c"
std::string Joined(const std::vector<std::string>& texts);

}  // namespace rules
