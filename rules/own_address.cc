#include "rules/own_address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace rules {
namespace {

// A name with more numbers or digits than these holds no address that a person could have meant.
constexpr std::size_t kMaxRuns = 64;
constexpr std::size_t kMaxDigits = 64;
// "1.2.3.4" run together is "1234", which stands in many a name by chance.
constexpr std::size_t kCertainDigits = 6;

using Octets = std::array<unsigned, 4>;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The numbers in a name, in their order.
struct Numbers {
  std::array<unsigned, kMaxRuns> values{};
  std::size_t count = 0;
  std::string digits;  // of all of them, run together

  explicit Numbers(std::string_view name) {
    for (std::size_t i = 0; i < name.size() && count < kMaxRuns;) {
      if (!IsDigit(name[i])) {
        ++i;
        continue;
      }
      std::size_t end = i;
      while (end < name.size() && IsDigit(name[end])) ++end;
      unsigned value = 0;
      // What does not fit is no octet.
      if (std::from_chars(name.data() + i, name.data() + end, value).ec != std::errc{}) value = 999;
      values[count++] = value;
      if (digits.size() < kMaxDigits) digits += name.substr(i, std::min(end - i, kMaxDigits));
      i = end;
    }
  }

  bool Contains(std::span<const unsigned> wanted) const {
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
    return std::search(values.begin(), end, wanted.begin(), wanted.end()) != end;
  }
};

std::string RunTogether(std::span<const unsigned> octets, std::size_t width) {
  std::string out;
  for (const unsigned octet : octets) {
    const std::string digits = std::to_string(octet);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
  }
  return out;
}

std::optional<unsigned> HexValue(char c) {
  if (IsDigit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

std::uint64_t BigEndian(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

std::uint64_t ReverseNibbles(std::uint64_t number) {
  std::uint64_t reversed = 0;
  for (int i = 0; i < 16; ++i, number >>= 4) reversed = reversed << 4 | (number & 0xf);
  return reversed;
}

// Whether one of these numbers of `width` hexadecimal digits stands in the name.  Separators do not end it where
// `skips_separators`.
bool HoldsHex(std::string_view name, std::span<const std::uint64_t> wanted, int width, bool skips_separators) {
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - 4 * width);
  std::uint64_t window = 0;
  int digits = 0;
  for (const char c : name) {
    if (const auto value = HexValue(c)) {
      window = (window << 4 | *value) & mask;
      if (++digits >= width && std::find(wanted.begin(), wanted.end(), window) != wanted.end()) return true;
    } else if (!skips_separators || (c != '-' && c != '.' && c != '_')) {
      digits = 0;
    }
  }
  return false;
}

// Whether four groups of an IPv6 address stand in the name side by side, with or without leading zeros.
bool HoldsGroups(std::string_view name, std::span<const std::uint64_t> wanted) {
  std::uint64_t window = 0;
  int groups = 0;
  unsigned group = 0;
  int digits = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const auto value = i < name.size() ? HexValue(name[i]) : std::nullopt;
    if (value) {
      group = group << 4 | *value;
      ++digits;
      continue;
    }
    groups = digits >= 1 && digits <= 4 ? groups + 1 : 0;
    window = window << 16 | (group & 0xffff);
    if (groups >= 4 && std::find(wanted.begin(), wanted.end(), window) != wanted.end()) return true;
    group = 0;
    digits = 0;
    // A letter that is no digit ends the row.
    if (i < name.size() && name[i] != '-' && name[i] != '.' && name[i] != '_') groups = 0;
  }
  return false;
}

bool Contains(std::string_view text, std::string_view wanted) {
  return text.find(wanted) != std::string_view::npos;
}

// Most names have too few digits for any.
bool HoldsTogether(const Numbers& numbers, std::span<const unsigned> octets, std::size_t width, std::size_t least) {
  if (numbers.digits.size() < least) return false;
  const std::string together = RunTogether(octets, width);
  return together.size() >= least && Contains(numbers.digits, together);
}

bool HoldsDecimal(const Numbers& numbers, const Octets& octets) {
  const auto last_three = std::span(octets).last(3);
  if (numbers.Contains(std::span(octets).first(3)) || numbers.Contains(last_three)) return true;
  if (HoldsTogether(numbers, octets, 3, 12)) return true;
  // The last three, padded: what a provider with one large network writes.
  return HoldsTogether(numbers, last_three, 3, 9) || HoldsTogether(numbers, last_three, 1, kCertainDigits);
}

OwnAddress FindV4(std::string_view name, std::span<const std::uint8_t> bytes) {
  const Octets octets{bytes[0], bytes[1], bytes[2], bytes[3]};
  const Octets reversed{bytes[3], bytes[2], bytes[1], bytes[0]};
  const Numbers numbers(name);
  if (HoldsDecimal(numbers, octets) || HoldsDecimal(numbers, reversed)) {
    return OwnAddress::kWhole;
  }
  const std::array<std::uint8_t, 4> swapped{bytes[3], bytes[2], bytes[1], bytes[0]};
  if (HoldsHex(name, std::array{BigEndian(bytes), BigEndian(swapped)}, 8, false)) return OwnAddress::kWhole;

  if (numbers.Contains(std::span(octets).last(2)) || numbers.Contains(std::span(reversed).first(2))) {
    return OwnAddress::kLastTwo;
  }
  if (HoldsTogether(numbers, std::span(octets).last(2), 3, 6)) return OwnAddress::kLastTwoTogether;
  return OwnAddress::kNone;
}

OwnAddress FindV6(std::string_view name, const IpAddress& client) {
  const std::uint64_t network = BigEndian(client.bytes().first(8));
  const std::uint64_t host = BigEndian(client.bytes().last(8));
  const std::array nibbles{network, host, ReverseNibbles(network), ReverseNibbles(host)};
  if (HoldsHex(name, nibbles, 16, true) || HoldsGroups(name, std::span(nibbles).first(2))) return OwnAddress::kWhole;
  // "2001-db8--1": the compressed text, its colons replaced.
  std::string text = client.ToString();
  std::replace(text.begin(), text.end(), ':', '-');
  return Contains(name, text) ? OwnAddress::kWhole : OwnAddress::kNone;
}

}  // namespace

OwnAddress FindOwnAddress(std::string_view name, const IpAddress& client) {
  return client.is_v4() ? FindV4(name, client.bytes()) : FindV6(name, client);
}

}  // namespace rules
