#include "policyd/runtime/shown.h"

#include <algorithm>
#include <array>
#include <utility>

#include <re2/re2.h>

namespace policyd::runtime {
namespace {

unsigned ByteAt(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool IsPlain(char c) {
  return c >= ' ' && c < 0x7f;
}

}  // namespace

CodePoint FirstCodePoint(std::string_view text) {
  const unsigned lead = ByteAt(text, 0);
  if (lead < 0x80) return {.size = 1, .is_valid = true, .value = lead};
  // The smallest value of each size: a longer form of the same is no UTF-8 (RFC 3629).
  constexpr std::array<std::uint32_t, 3> kLeast{0x80, 0x800, 0x10000};
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() <= more) return {};
  std::uint32_t value = lead & (0x3fU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if ((ByteAt(text, i) & 0xc0U) != 0x80U) return {};
    value = value << 6U | (ByteAt(text, i) & 0x3fU);
  }
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[more - 1] || value > 0x10ffff || is_surrogate) return {};
  return {.size = more + 1, .is_valid = true, .value = value};
}

bool IsUnsafe(std::uint32_t code_point) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 13> kUnsafe{{
      {0x00, 0x1f},
      {0x7f, 0x9f},
      {0xad, 0xad},        // soft hyphen
      {0x34f, 0x34f},      // joins nothing
      {0x61c, 0x61c},      // direction
      {0x115f, 0x1160},    // empty letters
      {0x180b, 0x180e},    // variants, a separator without a width
      {0x200b, 0x200f},    // without a width, direction
      {0x2028, 0x202e},    // ends of lines and paragraphs, direction
      {0x2060, 0x206f},    // without a width, direction
      {0x3164, 0x3164},    // an empty letter
      {0xfeff, 0xfeff},    // byte order mark
      {0xe0000, 0xe0fff},  // tags, variants
  }};
  const bool is_annotation = code_point >= 0xfff0 && code_point <= 0xfffb;
  return is_annotation || std::any_of(kUnsafe.begin(), kUnsafe.end(), [code_point](const auto& range) {
           return range.first <= code_point && code_point <= range.second;
         });
}

bool IsBlankLooking(std::uint32_t code_point) {
  constexpr std::array<std::uint32_t, 7> kBlanks{' ', 0xa0, 0x1680, 0x202f, 0x205f, 0x2800, 0x3000};
  const bool is_of_a_width = code_point >= 0x2000 && code_point <= 0x200a;
  return is_of_a_width || std::find(kBlanks.begin(), kBlanks.end(), code_point) != kBlanks.end();
}

bool LooksEmpty(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (!first.is_valid || !(IsBlankLooking(first.value) || IsUnsafe(first.value))) return false;
    text.remove_prefix(first.size);
  }
  return true;
}

bool IsMark(std::string_view character) {
  static const re2::RE2 kMark("\\p{M}");
  return RE2::FullMatch(re2::StringPiece(character.data(), character.size()), kMark);
}

std::optional<std::string> FaultOfLine(std::string_view text) {
  std::size_t marks = 0;
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (!first.is_valid) return "expected text in UTF-8";
    const bool is_control = first.value < 0x20 || first.value == 0x7f;
    if (is_control) return "expected one line without control characters";
    if (IsUnsafe(first.value)) return "expected no character that is invisible or changes the direction of the text";
    marks = IsMark(text.substr(0, first.size)) ? marks + 1 : 0;
    if (marks > kMostMarks) return "expected at most " + std::to_string(kMostMarks) + " marks on a letter";
    text.remove_prefix(first.size);
  }
  return std::nullopt;
}

std::string Shown(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), IsPlain)) return std::string(text);
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (first.is_valid && !IsUnsafe(first.value)) {
      shown += text.substr(0, first.size);
    } else {
      shown += '?';
    }
    text.remove_prefix(first.size);
  }
  return shown;
}

}  // namespace policyd::runtime
