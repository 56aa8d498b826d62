#include "policyd/runtime/log_text.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace policyd::runtime {
namespace {

using Word = std::uint64_t;

constexpr Word InEachByte(unsigned char byte) {
  return ~Word{0} / 0xff * byte;
}

constexpr Word kTopBits = InEachByte(0x80);

// The top bit of each byte of the terms: is it plain?  Only bytes above 0x7f carry over into their neighbours, and
// these bytes themselves are always found not to be plain.
constexpr bool ArePlain(Word bytes) {
  const Word below_delete = ~(bytes | (bytes + InEachByte(1)));
  const Word above_blank = bytes + InEachByte(0x7f - ' ');
  const Word no_quote = (bytes ^ InEachByte('"')) + InEachByte(0x7f);
  const Word no_backslash = (bytes ^ InEachByte('\\')) + InEachByte(0x7f);
  return (below_delete & above_blank & no_quote & no_backslash & kTopBits) == kTopBits;
}

char* PutQuoted(char* at, std::string_view value) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  *at++ = '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      *at++ = '\\';
      *at++ = c;
    } else if (c >= ' ' && c < 0x7f) {
      *at++ = c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      *at++ = '\\';
      *at++ = 'x';
      *at++ = kHexDigits[byte >> 4];
      *at++ = kHexDigits[byte & 0xf];
    }
  }
  *at++ = '"';
  return at;
}

}  // namespace

LogText& LogText::Line(std::string_view front, std::string_view event, std::string_view level) {
  char* at = Room(front.size() + event.size() + level.size());
  ++lines_;
  has_warnings_ |= !level.empty();
  return End(Put(Put(Put(at, front), event), level));
}

char* LogText::PutDecimal(char* at, std::int64_t value, std::uint32_t unit) {
  const auto size = static_cast<std::uint64_t>(std::abs(value));
  char* const limit = at + kMostOfNumber;
  if (value < 0) *at++ = '-';
  char* const point = std::to_chars(at, limit, size / unit).ptr;
  char* const end = std::to_chars(point, limit, unit + size % unit).ptr;
  *point = '.';  // in place of the 1 that kept the zeros
  return end;
}

// Nearly all values are plain: they are copied and looked at a word at a time, the last overlapping the one before.
char* LogText::PutValue(char* at, std::string_view value) {
  if (value.empty()) return at;
  value = value.substr(0, kMostValueBytes);
  char* const end = at + value.size();
  Word word = InEachByte('x');
  if (value.size() < sizeof word) {
    std::memcpy(&word, value.data(), value.size());
    std::memcpy(at, &word, sizeof word);
    return ArePlain(word) ? end : PutQuoted(at, value);
  }
  const std::size_t last = value.size() - sizeof word;
  for (std::size_t place = 0;; place = std::min(place + sizeof word, last)) {
    std::memcpy(&word, value.data() + place, sizeof word);
    std::memcpy(at + place, &word, sizeof word);
    if (!ArePlain(word)) return PutQuoted(at, value);
    if (place == last) return end;
  }
}

void LogText::Grow(std::size_t size) {
  bytes_.resize(2 * (size_ + size + kSlack));
}

}  // namespace policyd::runtime
