#include "rules/tables/posix_pattern.h"

#include <cstddef>

#include "rules/values/ascii.h"

namespace rules {
namespace {

// What "\c" means outside of brackets.
std::string Escaped(char c) {
  switch (c) {
    case '<':
    case '>':
      return "\\b";
    case '`':
      return "\\A";
    case '\'':
      return "\\z";
    case 'w':
    case 'W':
    case 's':
    case 'S':
    case 'b':
    case 'B':
      return {'\\', c};
    default:
      return IsAlphanumeric(c) ? std::string(1, c) : std::string{'\\', c};
  }
}

// The end of "[...]" that begins at `open`: "]" is an ordinary character where it comes first, and within "[:alpha:]".
std::size_t EndOfBrackets(std::string_view pattern, std::size_t open) {
  std::size_t at = open + 1;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    const bool is_class = pattern[at] == '[' && at + 1 < pattern.size() && pattern[at + 1] == ':';
    const std::size_t end = is_class ? pattern.find(":]", at + 2) : std::string_view::npos;
    at = end == std::string_view::npos ? at + 1 : end + 2;
  }
  return at < pattern.size() ? at + 1 : pattern.size();
}

std::string BracketsInRe2(std::string_view brackets) {
  std::string out;
  for (std::size_t i = 0; i < brackets.size(); ++i) {
    const bool opens_class = i + 1 < brackets.size() && brackets[i] == '[' && brackets[i + 1] == ':';
    // RE2 takes a "[" within brackets as it stands, but a class only where its name is known.
    if (brackets[i] == '\\' || (brackets[i] == '[' && i > 0 && !opens_class)) out += '\\';
    out += brackets[i];
  }
  return out;
}

}  // namespace

Result<std::string> FromPosix(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '[') {
      const std::size_t end = EndOfBrackets(pattern, i);
      out += BracketsInRe2(pattern.substr(i, end - i));
      i = end;
    } else if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      const char c = pattern[i + 1];
      if (c >= '1' && c <= '9') {
        return Error{"expected a regular expression without back-references, got \"" + std::string(pattern) + "\""};
      }
      out += Escaped(c);
      i += 2;
    } else if (pattern.substr(i).starts_with("{,")) {
      out += "{0,";
      i += 2;
    } else {
      out += pattern[i++];
    }
  }
  return out;
}

}  // namespace rules
