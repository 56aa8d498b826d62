// Holds an IPv4 or IPv6 address, and a network of them.  ::ffff:a.b.c.d is the IPv4 address a.b.c.d.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/values/result.h"

namespace rules {

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0

  // Dotted decimal without leading zeros, or RFC 4291 text without zone; nothing for anything else.
  static std::optional<IpAddress> Parse(std::string_view text);
  // REQUIRES: 4 or 16 bytes, network order.
  static IpAddress FromBytes(std::span<const std::uint8_t> bytes);

  bool is_v4() const { return is_v4_; }
  int bits() const { return is_v4_ ? 32 : 128; }
  bool is_loopback() const;  // 127.0.0.0/8 or ::1
  // Can it be reached from everywhere?  Not where it is private, loopback, link-local, multicast or no address at all.
  bool is_public() const;
  // 4 or 16 bytes, network order.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), is_v4_ ? 4U : 16U}; }

  std::string ToString() const;        // RFC 5952 for IPv6
  std::string ReversedLabels() const;  // "2.0.0.127", or 32 nibbles (RFC 5782), no final dot
  std::string ArpaName() const;        // ReversedLabels() under in-addr.arpa or ip6.arpa

  auto operator<=>(const IpAddress&) const = default;
  // GCC compares the 16 bytes in place, but calls memcmp for the arrays' own ==.
  bool operator==(const IpAddress& other) const {
    return is_v4_ == other.is_v4_ && std::memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
  }

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool is_v4_ = true;
};

// Where an address stands in a table.  Not keyed: a stranger with addresses that meet in one place makes the table
// forget there, and no more.  All 64 bits depend on all of the address.  The mixing steps are those of SplitMix64
// (Steele, Lea, Flood 2014).
inline std::uint64_t HashOf(const IpAddress& address) {
  std::uint64_t halves[2] = {};
  const auto bytes = address.bytes();
  std::memcpy(halves, bytes.data(), bytes.size());
  std::uint64_t hash = halves[0] + bytes.size() + 0x9e37'79b9'7f4a'7c15U;
  hash = (hash ^ (hash >> 30)) * 0xbf58'476d'1ce4'e5b9U;
  hash = (hash ^ halves[1] ^ (hash >> 27)) * 0x94d0'49bb'1331'11ebU;
  return hash ^ (hash >> 31);
}

class Network {
 public:
  // The network of `prefix` bits around an address; host bits are cleared.  REQUIRES: 0 <= prefix <= address.bits().
  Network(const IpAddress& address, int prefix);

  // "192.0.2.0/24", "2001:db8::/32", or an address alone.  An error where bits beyond the prefix are set.
  static Result<Network> Parse(std::string_view text);

  bool Contains(const IpAddress& address) const;
  const IpAddress& base() const { return base_; }
  int prefix() const { return prefix_; }
  std::string ToString() const;  // always with the prefix: "192.0.2.1/32"

  auto operator<=>(const Network&) const = default;

 private:
  IpAddress base_;
  int prefix_;
};

}  // namespace rules
