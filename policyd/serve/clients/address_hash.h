// Where an address stands in a table.  Not keyed: whoever picks addresses that meet in one place makes the table forget
// there, and no more.
#pragma once

#include <cstdint>
#include <cstring>

#include "rules/values/ip_address.h"

namespace policyd::serve {

// All 64 bits depend on all of the address.  The mixing steps are those of SplitMix64 (Steele, Lea, Flood 2014).
inline std::uint64_t HashOf(const rules::IpAddress& address) {
  std::uint64_t halves[2] = {};
  const auto bytes = address.bytes();
  std::memcpy(halves, bytes.data(), bytes.size());
  std::uint64_t hash = halves[0] + bytes.size() + 0x9e37'79b9'7f4a'7c15U;
  hash = (hash ^ (hash >> 30)) * 0xbf58'476d'1ce4'e5b9U;
  hash = (hash ^ halves[1] ^ (hash >> 27)) * 0x94d0'49bb'1331'11ebU;
  return hash ^ (hash >> 31);
}

}  // namespace policyd::serve
