#include "cache/lmdb/bytes.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace cache {
namespace {

// The newer a time, the fewer its bytes: most times in a store are of the last weeks.
constexpr rules::TimePoint kOrigin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

// 34,000 years: beyond is damage.  Sums of a few of them do not run over.
constexpr std::int64_t kFarthest = std::int64_t{1} << 40;

constexpr int kNumberBits = 64;

}  // namespace

void ByteWriter::Number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) Byte(static_cast<std::uint8_t>(value | 0x80));
  Byte(static_cast<std::uint8_t>(value));
}

void ByteWriter::Span(rules::seconds span) {
  const std::int64_t value = std::clamp(span.count(), -kFarthest, kFarthest);
  const auto bits = static_cast<std::uint64_t>(value);
  Number(value < 0 ? ~(bits << 1) : bits << 1);
}

void ByteWriter::Text(std::string_view text) {
  Number(text.size());
  Raw(text);
}

void ByteWriter::Time(rules::TimePoint time) {
  Span(time - kOrigin);
}

void ByteWriter::BigEndian(std::uint64_t value, int bytes) {
  std::array<char, sizeof value> high_first{};
  for (std::size_t i = 0; i < high_first.size(); ++i) high_first[i] = static_cast<char>(value >> (56 - 8 * i));
  bytes_.append(high_first.end() - bytes, high_first.end());
}

void ByteWriter::Texts(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) Text(text);
}

void ByteWriter::Address(const rules::IpAddress& address) {
  const auto bytes = address.bytes();
  Text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::uint8_t ByteReader::Byte() {
  const std::string_view one = Raw(1);
  return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
}

std::uint64_t ByteReader::Number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < kNumberBits; shift += 7) {
    const std::uint8_t byte = Byte();
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return is_sound_ ? value : 0;
  }
  Refuse();
  return 0;
}

rules::seconds ByteReader::Span() {
  const std::uint64_t bits = Number();
  const auto value = static_cast<std::int64_t>((bits >> 1) ^ (0 - (bits & 1)));
  if (value > kFarthest || value < -kFarthest) Refuse();
  return rules::seconds{is_sound_ ? value : 0};
}

std::string_view ByteReader::Text() {
  return Raw(Number());
}

std::string_view ByteReader::Raw(std::size_t size) {
  if (size > rest_.size()) Refuse();
  if (!is_sound_) return {};
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

rules::TimePoint ByteReader::Time() {
  const rules::seconds since_origin = Span();
  return is_sound_ ? kOrigin + since_origin : rules::TimePoint{};
}

void ByteReader::Texts(std::initializer_list<std::string*> texts) {
  for (std::string* text : texts) *text = Text();
}

rules::IpAddress ByteReader::Address() {
  const std::string_view bytes = Text();
  if (bytes.size() != 4 && bytes.size() != 16) {
    Refuse();
    return {};
  }
  return rules::IpAddress::FromBytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::uint64_t ByteReader::BigEndian(int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | Byte();
  return value;
}

std::size_t ByteReader::Count(std::size_t limit) {
  const std::uint64_t count = Number();
  if (count > limit) Refuse();
  return is_sound_ ? static_cast<std::size_t>(count) : 0;
}

}  // namespace cache
