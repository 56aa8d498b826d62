// Finds the IPv4 client behind a translator (NAT64): its address stands within an IPv6 address (RFC 6052).  The client
// is then the IPv4 address: its name resolves to it, and the lists know it.
#pragma once

#include <span>
#include <string_view>

#include "rules/values/ip_address.h"
#include "rules/values/result.h"

namespace rules {

constexpr int kWellKnownNat64Bits = 96;  // 64:ff9b::/96

// The IPv4 address within `client`, where it lies in the well-known prefix or in one of `prefixes`; else `client`.
// Within the well-known prefix only public IPv4 addresses are taken (RFC 6052, section 3.1): 64:ff9b::7f00:1 must not
// become one of our own networks.
IpAddress WithoutNat64(const IpAddress& client, std::span<const Network> prefixes);

// A prefix of RFC 6052, section 2.2: IPv6, of 32, 40, 48, 56, 64 or 96 bits.
Result<Network> ParseNat64Prefix(std::string_view text);

}  // namespace rules
