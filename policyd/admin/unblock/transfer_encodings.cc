// base64 part      = line of 16 symbols or more, more lines of symbols; no other line between (RFC 2045 section 6.8)
// quoted-printable = "=" 2HEXDIGIT, or "=" at the end of a line, which goes on with the next (RFC 2045 section 6.7)
#include "policyd/admin/unblock/transfer_encodings.h"

#include <algorithm>
#include <optional>

#include "policyd/admin/lines.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kShortestFirstLine = 16;  // shorter ones are words
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<unsigned> HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

// The place behind "=" and a line break at `at`, or `at` where there is none.
std::size_t SkipSoftBreak(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_not_of(" \t\r", at + 1), text.size());
  return end < text.size() && text[end] == '\n' ? end + 1 : at;
}

bool IsBase64(std::string_view line) {
  const std::size_t end = line.find_last_not_of('=');
  return !line.empty() && end != std::string_view::npos &&
         line.substr(0, end + 1).find_first_not_of(kBase64) == std::string_view::npos;
}

std::string DecodeBase64(std::string_view symbols) {
  std::string decoded;
  unsigned bits = 0;
  int count = 0;
  for (const char symbol : symbols) {
    const std::size_t value = kBase64.find(symbol);
    if (value == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> count & 0xFF);
  }
  return decoded;
}

}  // namespace

std::string DecodeQuotedPrintable(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = text[at] == '=' ? SkipSoftBreak(text, at) : at;
    if (next != at) {
      at = next;
      continue;
    }
    const bool is_encoded = text[at] == '=' && at + 2 < text.size();
    const auto high = is_encoded ? HexValue(text[at + 1]) : std::nullopt;
    const auto low = is_encoded ? HexValue(text[at + 2]) : std::nullopt;
    decoded += high && low ? static_cast<char>(*high << 4 | *low) : text[at];
    at += high && low ? 3 : 1;
  }
  return decoded;
}

std::vector<std::string> Base64PartsOf(std::string_view text) {
  std::vector<std::string> parts;
  std::string symbols;
  const auto finish = [&] {
    if (!symbols.empty()) parts.push_back(DecodeBase64(symbols));
    symbols.clear();
  };
  ForEachLine(text, [&](std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line.remove_suffix(line.size() - (line.find_last_not_of(" \t") + 1));
    const bool continues = !symbols.empty() || line.size() >= kShortestFirstLine;
    if (!IsBase64(line) || !continues) return finish();
    symbols.append(line);
  });
  finish();
  return parts;
}

}  // namespace policyd::admin
