#include "rules/values/nat64.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "rules/values/as_written.h"

namespace rules {
namespace {

constexpr std::array<std::uint8_t, 12> kWellKnown{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr std::size_t kReserved = 8;  // RFC 6052: this byte is zero and holds no part of the address

std::optional<std::array<std::uint8_t, 4>> Embedded(const IpAddress& client, const Network& prefix) {
  if (!prefix.Contains(client)) return std::nullopt;
  const auto bytes = client.bytes();
  std::array<std::uint8_t, 4> v4{};
  auto at = static_cast<std::size_t>(prefix.prefix() / 8);
  if (at <= kReserved && bytes[kReserved] != 0) return std::nullopt;
  for (std::uint8_t& octet : v4) {
    if (at == kReserved) ++at;
    octet = bytes[at++];
  }
  return v4;
}

}  // namespace

IpAddress WithoutNat64(const IpAddress& client, std::span<const Network> prefixes) {
  if (client.is_v4()) return client;
  const auto bytes = client.bytes();
  if (std::equal(kWellKnown.begin(), kWellKnown.end(), bytes.begin())) {
    const std::array<std::uint8_t, 4> v4{bytes[12], bytes[13], bytes[14], bytes[15]};
    const IpAddress address = IpAddress::FromBytes(v4);
    if (address.is_public()) return address;
  }
  for (const Network& prefix : prefixes) {
    if (const auto v4 = Embedded(client, prefix)) return IpAddress::FromBytes(*v4);
  }
  return client;
}

Result<Network> ParseNat64Prefix(std::string_view text) {
  const auto network = ReadNetwork(text);
  constexpr std::array<int, 6> kLengths{32, 40, 48, 56, 64, 96};
  const bool is_prefix =
      network && !network->base().is_v4() && std::ranges::find(kLengths, network->prefix()) != kLengths.end();
  if (is_prefix) return *network;
  return Error{"expected an IPv6 network of 32, 40, 48, 56, 64 or 96 bits such as 2001:db8:64::/96, got \"" +
               std::string(text) + "\""};
}

}  // namespace rules
