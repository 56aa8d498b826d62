#include "rules/client/address_in_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "rules/values/ascii.h"

namespace rules {
namespace {

// A name with more numbers or digits than this is not searched: no provider writes an address so.
constexpr std::size_t kMaxRuns = 64;
constexpr std::size_t kMaxDigits = 64;
// Without the dots "1.2.3.4" is "1234", which many names contain by chance.
constexpr std::size_t kCertainDigits = 6;
// Two octets that are a whole number of the name: one such number in 10,000 matches by chance.
constexpr std::size_t kLikelyDigits = 5;

using Octets = std::array<unsigned, 4>;

// The numbers in a name, in their order.
struct Numbers {
  std::array<unsigned, kMaxRuns> values{};
  std::array<std::string_view, kMaxRuns> texts{};
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
      // A number that does not fit is no octet.
      if (std::from_chars(name.data() + i, name.data() + end, value).ec != std::errc{}) value = 999;
      texts[count] = name.substr(i, end - i);
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

// Returns how many of the first digits spell these octets, each with or without leading zeros: 9 of "119237089" for
// 119.237.89; 0 if they do not.
std::size_t SpelledBy(std::string_view digits, std::span<const unsigned> octets) {
  if (octets.empty()) return 0;
  constexpr std::size_t kWidth = 3;
  unsigned value = 0;
  for (std::size_t length = 1; length <= std::min(kWidth, digits.size()) && IsDigit(digits[length - 1]); ++length) {
    value = value * 10 + static_cast<unsigned>(digits[length - 1] - '0');
    if (value != octets[0]) continue;
    if (octets.size() == 1) return length;
    const std::size_t rest = SpelledBy(digits.substr(length), octets.subspan(1));
    if (rest > 0) return length + rest;
  }
  return 0;
}

// Returns whether `digits` contains these octets without separators, spelled in at least so many digits.
bool Spells(std::string_view digits, std::span<const unsigned> octets, std::size_t least) {
  for (std::size_t begin = 0; begin + least <= digits.size(); ++begin) {
    if (SpelledBy(digits.substr(begin), octets) >= least) return true;
  }
  return false;
}

// Whether these two octets are the first label, but for a letter in front: "f215227.provider.example" for x.x.215.227,
// or in hexadecimal "x4baa.provider.example" for x.x.75.170.  A farm of mail servers has a word there:
// "vms173015pub.provider.example".
bool AreFirstLabel(std::string_view name, std::span<const unsigned> octets) {
  std::string_view label = name.substr(0, name.find('.'));
  if (SpelledBy(label, octets) == label.size() && label.size() >= kLikelyDigits) return true;
  if (label.empty()) return false;
  label.remove_prefix(1);
  const bool is_number = IsNumber(label);
  if (is_number) return label.size() >= kLikelyDigits && SpelledBy(label, octets) == label.size();
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  return label.size() == 4 && label[0] == kHexDigits[octets[0] >> 4] && label[1] == kHexDigits[octets[0] & 15] &&
         label[2] == kHexDigits[octets[1] >> 4] && label[3] == kHexDigits[octets[1] & 15];
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
    // A letter that is no hexadecimal digit ends the row.
    if (i < name.size() && name[i] != '-' && name[i] != '.' && name[i] != '_') groups = 0;
  }
  return false;
}

bool Contains(std::string_view text, std::string_view wanted) {
  return text.find(wanted) != std::string_view::npos;
}

bool HoldsDecimal(const Numbers& numbers, const Octets& octets) {
  const auto first_three = std::span(octets).first(3);
  const auto last_three = std::span(octets).last(3);
  return numbers.Contains(first_three) || numbers.Contains(last_three) ||
         Spells(numbers.digits, first_three, kCertainDigits) || Spells(numbers.digits, last_three, kCertainDigits);
}

// The address as one number of 32 bits: "3221226219" for 192.0.2.235.
bool HoldsInteger(const Numbers& numbers, std::span<const std::uint8_t> bytes) {
  const std::string text = std::to_string(BigEndian(bytes));
  const auto end = numbers.texts.begin() + static_cast<std::ptrdiff_t>(numbers.count);
  return text.size() >= kCertainDigits && std::find(numbers.texts.begin(), end, text) != end;
}

// The address in hexadecimal, or only its last three octets, as a provider with one large network writes it.
bool HoldsHexAddress(std::string_view name, std::span<const std::uint8_t> bytes) {
  const std::array<std::uint8_t, 4> turned{bytes[3], bytes[2], bytes[1], bytes[0]};
  return HoldsHex(name, std::array{BigEndian(bytes), BigEndian(turned)}, 8, false) ||
         HoldsHex(name, std::array{BigEndian(bytes.last(3)), BigEndian(std::span(turned).first(3))}, 6, false);
}

AddressInName FindV4(std::string_view name, std::span<const std::uint8_t> bytes) {
  const Octets octets{bytes[0], bytes[1], bytes[2], bytes[3]};
  const Octets turned{bytes[3], bytes[2], bytes[1], bytes[0]};
  const auto last_two = std::span(octets).last(2);
  const auto last_two_turned = std::span(turned).first(2);
  const Numbers numbers(name);
  if (HoldsDecimal(numbers, octets) || HoldsDecimal(numbers, turned) || HoldsInteger(numbers, bytes) ||
      HoldsHexAddress(name, bytes)) {
    return AddressInName::kWhole;
  }
  if (numbers.Contains(last_two) || numbers.Contains(last_two_turned) || AreFirstLabel(name, last_two) ||
      AreFirstLabel(name, last_two_turned)) {
    return AddressInName::kLastTwo;
  }
  if (Spells(numbers.digits, last_two, kCertainDigits)) return AddressInName::kLastTwoTogether;
  return AddressInName::kNone;
}

AddressInName FindV6(std::string_view name, const IpAddress& client) {
  const std::uint64_t network = BigEndian(client.bytes().first(8));
  const std::uint64_t host = BigEndian(client.bytes().last(8));
  const std::array nibbles{network, host, ReverseNibbles(network), ReverseNibbles(host)};
  if (HoldsHex(name, nibbles, 16, true) || HoldsGroups(name, std::span(nibbles).first(2))) return AddressInName::kWhole;
  // "2001-db8--1": the compressed text, its colons replaced.
  std::string text = client.ToString();
  std::replace(text.begin(), text.end(), ':', '-');
  return Contains(name, text) ? AddressInName::kWhole : AddressInName::kNone;
}

}  // namespace

AddressInName FindAddressInName(std::string_view name, const IpAddress& client) {
  return client.is_v4() ? FindV4(name, client.bytes()) : FindV6(name, client);
}

}  // namespace rules
