// Hashes under a key with SipHash-2-4 (Aumasson and Bernstein, 2012), so that strangers cannot aim collisions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rules {

using HashKey = std::array<std::uint8_t, 16>;

std::uint64_t SipHash(const HashKey& key, std::string_view bytes);

}  // namespace rules
