#include "rules/values/plain_text.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rules {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

enum class ByteOrder : std::uint8_t { kLittle, kBig };

void AppendUtf8(std::string& out, std::uint32_t letter) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (letter < 0x80) return byte(letter);
  if (letter < 0x800) {
    byte(0xc0 | letter >> 6);
  } else {
    if (letter < 0x10000) {
      byte(0xe0 | letter >> 12);
    } else {
      byte(0xf0 | letter >> 18);
      byte(0x80 | (letter >> 12 & 0x3f));
    }
    byte(0x80 | (letter >> 6 & 0x3f));
  }
  byte(0x80 | (letter & 0x3f));
}

std::string FromUtf16(std::string_view text, ByteOrder order) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = static_cast<unsigned char>(text[at + 1]);
    return static_cast<std::uint32_t>(order == ByteOrder::kLittle ? second << 8 | first : first << 8 | second);
  };
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    const std::uint32_t high = unit(at);
    const bool is_pair = high >= 0xd800 && high < 0xdc00 && at + 3 < text.size();
    const std::uint32_t low = is_pair ? unit(at + 2) : 0;
    if (low >= 0xdc00 && low < 0xe000) {
      AppendUtf8(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
      at += 2;
    } else {
      AppendUtf8(out, high >= 0xd800 && high < 0xe000 ? kReplacement : high);
    }
  }
  if (text.size() % 2 != 0) AppendUtf8(out, kReplacement);
  return out;
}

// Without a mark: the first four letters are of ASCII.
std::optional<ByteOrder> OrderByZeros(std::string_view text) {
  constexpr std::size_t kLooked = 8;
  if (text.size() < kLooked) return std::nullopt;
  const auto are_zeros = [text](std::size_t from, bool wanted) {
    for (std::size_t at = from; at < kLooked; at += 2) {
      if ((text[at] == '\0') != wanted) return false;
    }
    return true;
  };
  if (are_zeros(1, true) && are_zeros(0, false)) return ByteOrder::kLittle;
  if (are_zeros(0, true) && are_zeros(1, false)) return ByteOrder::kBig;
  return std::nullopt;
}

}  // namespace

std::string ToUtf8(std::string text) {
  if (text.starts_with(kUtf8Mark)) return text.substr(kUtf8Mark.size());
  if (text.starts_with("\xff\xfe")) return FromUtf16(std::string_view(text).substr(2), ByteOrder::kLittle);
  if (text.starts_with("\xfe\xff")) return FromUtf16(std::string_view(text).substr(2), ByteOrder::kBig);
  if (const auto order = OrderByZeros(text)) return FromUtf16(text, *order);
  return text;
}

}  // namespace rules
