#include "rules/own_address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>

namespace rules {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kMaxRuns = 64;
// "1.2.3.4" run together is "1234", which stands in many a name by chance.
constexpr std::size_t kCertainDigits = 7;

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
      digits += name.substr(i, end - i);
      i = end;
    }
  }

  bool Contains(std::span<const unsigned> wanted) const {
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
    return std::search(values.begin(), end, wanted.begin(), wanted.end()) != end;
  }

  // All four octets side by side in any order: "201.ip-51-68-45" turns them round.
  bool ContainsInAnyOrder(Octets octets) const {
    std::sort(octets.begin(), octets.end());
    for (std::size_t i = 0; i + octets.size() <= count; ++i) {
      Octets window{values[i], values[i + 1], values[i + 2], values[i + 3]};
      std::sort(window.begin(), window.end());
      if (window == octets) return true;
    }
    return false;
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

std::string Hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 0xf];
  }
  return out;
}

std::string WithoutSeparators(std::string_view name) {
  std::string out;
  std::copy_if(name.begin(), name.end(), std::back_inserter(out),
               [](char c) { return c != '-' && c != '.' && c != '_'; });
  return out;
}

bool Contains(std::string_view text, std::string_view wanted) {
  return text.find(wanted) != std::string_view::npos;
}

bool HoldsDecimal(const Numbers& numbers, const Octets& octets) {
  if (numbers.Contains(std::span(octets).first(3)) || numbers.Contains(std::span(octets).last(3))) return true;
  if (Contains(numbers.digits, RunTogether(octets, 3))) return true;
  // The last three, padded: what a provider with one large network writes.
  if (Contains(numbers.digits, RunTogether(std::span(octets).last(3), 3))) return true;
  const std::string plain = RunTogether(octets, 1);
  return plain.size() >= kCertainDigits && Contains(numbers.digits, plain);
}

OwnAddress FindV4(std::string_view name, std::span<const std::uint8_t> bytes) {
  const Octets octets{bytes[0], bytes[1], bytes[2], bytes[3]};
  const Octets reversed{bytes[3], bytes[2], bytes[1], bytes[0]};
  const Numbers numbers(name);
  if (HoldsDecimal(numbers, octets) || HoldsDecimal(numbers, reversed) || numbers.ContainsInAnyOrder(octets)) {
    return OwnAddress::kWhole;
  }
  std::string hex = Hex(bytes);
  if (Contains(name, hex)) return OwnAddress::kWhole;
  const std::array<std::uint8_t, 4> swapped{bytes[3], bytes[2], bytes[1], bytes[0]};
  if (Contains(name, Hex(swapped))) return OwnAddress::kWhole;

  const bool has_last_two =
      numbers.Contains(std::span(octets).last(2)) || numbers.Contains(std::span(reversed).first(2));
  if (has_last_two || Contains(numbers.digits, RunTogether(std::span(octets).last(2), 3))) return OwnAddress::kPartly;
  return OwnAddress::kNone;
}

// "2001-db8--1": the compressed text, its colons replaced.
bool HoldsCompressed(std::string_view name, const IpAddress& client, char separator) {
  std::string text = client.ToString();
  std::replace(text.begin(), text.end(), ':', separator);
  return Contains(name, text);
}

// Groups without leading zeros: "2001-db8-0-0-1-2-3-4", or four of them.
std::string Groups(std::span<const std::uint8_t> bytes, char separator) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    if (i > 0) out += separator;
    std::array<char, 4> digits{};
    const unsigned group = static_cast<unsigned>(bytes[i] << 8 | bytes[i + 1]);
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16);
    out.append(digits.data(), end);
  }
  return out;
}

OwnAddress FindV6(std::string_view name, const IpAddress& client) {
  const std::span<const std::uint8_t> bytes = client.bytes();
  const std::string nibbles = Hex(bytes);
  const std::string reversed(nibbles.rbegin(), nibbles.rend());
  const std::string packed = WithoutSeparators(name);
  constexpr std::size_t kHalf = 16;
  for (const std::string& text : {nibbles, reversed}) {
    const std::string_view whole = text;
    if (Contains(packed, whole.substr(0, kHalf)) || Contains(packed, whole.substr(kHalf))) return OwnAddress::kWhole;
  }
  for (const char separator : {'-', '.'}) {
    if (HoldsCompressed(name, client, separator)) return OwnAddress::kWhole;
    if (Contains(name, Groups(bytes.first(8), separator))) return OwnAddress::kWhole;
    if (Contains(name, Groups(bytes.last(8), separator))) return OwnAddress::kWhole;
  }
  return OwnAddress::kNone;
}

}  // namespace

OwnAddress FindOwnAddress(std::string_view name, const IpAddress& client) {
  return client.is_v4() ? FindV4(name, client.bytes()) : FindV6(name, client);
}

}  // namespace rules
