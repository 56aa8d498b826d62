#include "policyd/http/path_and_query.h"

#include <algorithm>

#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const runtime::CodePoint first = runtime::FirstCodePoint(text);
    if (!first.is_valid) return false;
    text.remove_prefix(first.size);
  }
  return true;
}

std::optional<std::string> Decode(std::string_view text, bool is_query) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && is_query) c = ' ';
    if (c == '%') {
      const auto high = i + 2 < text.size() ? rules::HexValue(text[i + 1]) : std::nullopt;
      const auto low = high ? rules::HexValue(text[i + 2]) : std::nullopt;
      if (!low) return std::nullopt;
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    // What people paste into a form may have several lines.
    if (IsControl(c) && !(is_query && rules::IsBlank(c))) return std::nullopt;
    decoded += c;
  }
  if (!IsUtf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

std::optional<PathAndQuery> ParsePathAndQuery(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  const std::size_t end = std::min(text.find('?'), text.size());
  auto path = Decode(text.substr(0, end), false);
  if (!path) return std::nullopt;
  PathAndQuery parts{.path = *std::move(path)};
  if (end == text.size()) return parts;
  for (const std::string_view part : rules::Split(text.substr(end + 1), '&')) {
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = Decode(part.substr(0, equals), true);
    auto value = Decode(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) return std::nullopt;
    parts.query.emplace_back(*std::move(name), *std::move(value));
  }
  return parts;
}

}  // namespace policyd::http
