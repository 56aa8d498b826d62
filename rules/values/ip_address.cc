#include "rules/values/ip_address.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <vector>

#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// 1 to `max_digits` digits and nothing else.
template <class Number>
std::optional<Number> ParseNumber(std::string_view text, std::size_t max_digits, int base) {
  Number value = 0;
  if (text.empty() || text.size() > max_digits || text[0] == '-') return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// Four numbers up to 255, each with as many digits as it needs: 010 is 8 to some and 10 to others.
bool ParseDotted(std::string_view text, std::uint8_t* octets) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 4; ++i) {
    const char* const first = at;
    unsigned value = 0;
    for (; at != end && *at >= '0' && *at <= '9'; ++at) value = 10 * value + static_cast<unsigned>(*at - '0');
    if (value > 255 || at - first != (value > 99 ? 3 : value > 9 ? 2 : 1)) return false;
    octets[i] = static_cast<std::uint8_t>(value);
    if (i < 3 && (at == end || *at++ != '.')) return false;
  }
  return at == end;
}

// Groups of an IPv6 address on one side of "::", as bytes; the last may be dotted decimal.
std::optional<std::vector<std::uint8_t>> ParseGroups(std::string_view text, bool may_end_dotted) {
  std::vector<std::uint8_t> bytes;
  if (text.empty()) return bytes;
  const std::vector<std::string_view> groups = Split(text, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (may_end_dotted && i + 1 == groups.size() && groups[i].find('.') != std::string_view::npos) {
      std::array<std::uint8_t, 4> octets{};
      if (!ParseDotted(groups[i], octets.data())) return std::nullopt;
      bytes.insert(bytes.end(), octets.begin(), octets.end());
      break;
    }
    const auto group = ParseNumber<unsigned>(groups[i], 4, 16);
    if (!group) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*group >> 8));
    bytes.push_back(static_cast<std::uint8_t>(*group & 0xff));
  }
  return bytes;
}

std::optional<std::array<std::uint8_t, 16>> ParseV6(std::string_view text) {
  if (text.size() > 45) return std::nullopt;  // eight groups, the last two dotted
  std::array<std::uint8_t, 16> out{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto bytes = ParseGroups(text, true);
    if (!bytes || bytes->size() != 16) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
  }
  const std::string_view tail = text.substr(gap + 2);
  if (tail.starts_with(':')) return std::nullopt;
  const auto before = ParseGroups(text.substr(0, gap), false);
  const auto after = ParseGroups(tail, true);
  if (!before || !after || before->size() + after->size() > 14) return std::nullopt;
  std::copy(before->begin(), before->end(), out.begin());
  std::copy_backward(after->begin(), after->end(), out.end());
  return out;
}

// RFC 5952: the longest run of two or more zero groups, the first of equals.
struct Run {
  std::size_t begin = 8;
  std::size_t length = 0;
};

Run LongestZeroRun(const std::array<unsigned, 8>& groups) {
  Run best;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i >= 2 && end - i > best.length) best = {i, end - i};
  }
  return best;
}

std::string PrintV6(std::span<const std::uint8_t> bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  const Run zeros = LongestZeroRun(groups);
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == zeros.begin) {
      out += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    std::array<char, 4> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), groups[i], 16);
    out.append(digits.data(), end);
  }
  return out;
}

Error ExpectedNetwork(std::string_view text) {
  return Error{"expected an address or a network like 192.0.2.0/24, got \"" + std::string(text) + "\""};
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  IpAddress address;
  if (ParseDotted(text, address.bytes_.data())) return address;
  if (text.find(':') == std::string_view::npos) return std::nullopt;
  const auto bytes = ParseV6(text);
  if (!bytes) return std::nullopt;
  return FromBytes(*bytes);
}

IpAddress IpAddress::FromBytes(std::span<const std::uint8_t> bytes) {
  assert((bytes.size() == 4 || bytes.size() == 16) && "an address has 4 or 16 bytes");
  if (bytes.size() == 16 && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    bytes = bytes.subspan(kMappedPrefix.size());
  }
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  address.is_v4_ = bytes.size() == 4;
  return address;
}

bool IpAddress::is_loopback() const {
  constexpr std::uint8_t kLoopbackOctet = 127;
  if (is_v4_) return bytes_[0] == kLoopbackOctet;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
         bytes_.back() == 1;
}

bool IpAddress::is_public() const {
  const unsigned a = bytes_[0], b = bytes_[1];
  if (!is_v4_) {
    const bool is_local = (a & 0xFEU) == 0xFC || (a == 0xFE && (b & 0xC0U) == 0x80);  // fc00::/7, fe80::/10
    const bool is_nowhere = std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
    return !is_local && !is_nowhere && !is_loopback() && a != 0xFF;
  }
  if (a == 0 || a == 10 || a == 127 || a >= 224) return false;
  if (a == 100) return b < 64 || b > 127;
  if (a == 169) return b != 254;
  if (a == 172) return b < 16 || b > 31;
  return a != 192 || b != 168;
}

std::string IpAddress::ToString() const {
  if (!is_v4_) return PrintV6(bytes());
  std::array<char, 4 * 4> text;  // each octet with a dot after it
  char* end = text.data();
  for (const std::uint8_t octet : bytes()) {
    end = std::to_chars(end, end + 3, static_cast<unsigned>(octet)).ptr;
    *end++ = '.';
  }
  return {text.data(), end - 1};
}

std::string IpAddress::ReversedLabels() const {
  std::string out;
  out.reserve(63);
  for (std::size_t i = bytes().size(); i-- > 0;) {
    if (!out.empty()) out += '.';
    if (is_v4_) {
      out += std::to_string(bytes_[i]);
    } else {
      out += kHexDigits[bytes_[i] & 0xf];
      out += '.';
      out += kHexDigits[bytes_[i] >> 4];
    }
  }
  return out;
}

std::string IpAddress::ArpaName() const {
  return ReversedLabels() + (is_v4_ ? ".in-addr.arpa" : ".ip6.arpa");
}

Network::Network(const IpAddress& address, int prefix) : prefix_(prefix) {
  assert(prefix >= 0 && prefix <= address.bits() && "a prefix fits its address");
  std::array<std::uint8_t, 16> bytes{};
  std::copy(address.bytes().begin(), address.bytes().end(), bytes.begin());
  for (int bit = prefix; bit < address.bits(); ++bit) {
    bytes[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  base_ = IpAddress::FromBytes(std::span(bytes).first(address.bytes().size()));
}

Result<Network> Network::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view written = text.substr(0, slash);
  const auto address = IpAddress::Parse(written);
  if (!address) return ExpectedNetwork(text);
  if (slash == std::string_view::npos) return Network(*address, address->bits());

  const auto digits = ParseNumber<int>(text.substr(slash + 1), 3, 10);
  if (!digits) return ExpectedNetwork(text);
  const bool is_mapped = address->is_v4() && written.find(':') != std::string_view::npos;
  const int prefix = is_mapped ? *digits - kMappedBits : *digits;
  if (prefix < 0 || prefix > address->bits()) return ExpectedNetwork(text);

  const Network network(*address, prefix);
  if (network.base() != *address) {
    return Error{"expected " + network.ToString() + " (no bits set beyond the prefix), got \"" + std::string(text) +
                 "\""};
  }
  return network;
}

bool Network::Contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  const auto ours = base_.bytes();
  const auto theirs = address.bytes();
  const auto whole = static_cast<std::size_t>(prefix_ / 8);
  // Most differ in their first byte: a call would cost more.
  for (std::size_t i = 0; i < whole; ++i) {
    if (ours[i] != theirs[i]) return false;
  }
  const int rest = prefix_ % 8;
  return rest == 0 || (ours[whole] ^ theirs[whole]) >> (8 - rest) == 0;
}

std::string Network::ToString() const {
  return base_.ToString() + "/" + std::to_string(prefix_);
}

}  // namespace rules
