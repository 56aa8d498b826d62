// Holds the states of name servers and list zones: an immutable snapshot, swapped whole.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

enum class ZoneState : std::uint8_t {
  kUnknown,      // not yet tested: 0 points, not asked
  kUnchecked,    // publishes no test point: counts
  kHealthy,      // answers its test points as RFC 5782 says
  kRefused,      // says that we may not ask
  kQuarantined,  // lists what it must not, or not what it must
  kDead,         // does not answer at all
  kSlow,         // does not answer its test in time while clients wait for it
};
inline constexpr std::size_t kZoneStates = 7;

// "unknown", "unchecked", ...: the name in metrics, log and tool.
const char* Name(ZoneState state);
std::optional<ZoneState> ParseZoneState(std::string_view name);

// Only a healthy or unchecked zone gives points.
bool Counts(ZoneState state);

// What a zone is asked for: each may fail alone.
enum class ZoneFamily : std::uint8_t { kIpv4, kIpv6, kNames };
inline constexpr std::size_t kZoneFamilies = 3;

// "ipv4", "ipv6", "names"
const char* Name(ZoneFamily family);

struct ZoneHealth {
  std::array<ZoneState, kZoneFamilies> states{ZoneState::kUnchecked, ZoneState::kUnchecked, ZoneState::kUnchecked};
  bool lists_ipv6 = true;  // without a test point for IPv6 it is not asked for IPv6 clients

  ZoneState& operator[](ZoneFamily family) { return states[static_cast<std::size_t>(family)]; }
  ZoneState operator[](ZoneFamily family) const { return states[static_cast<std::size_t>(family)]; }
  bool operator==(const ZoneHealth&) const = default;
};

struct NameServerState {
  std::string name;  // "127.0.0.1:53"
  bool is_down = false;

  bool operator==(const NameServerState&) const = default;
};

struct Health {
  bool servers_are_down = false;  // no name server answers: stale Facts may serve at once
  std::vector<NameServerState> servers;
  std::map<std::string, ZoneHealth, std::less<>> zones;  // by zone; a zone that is not here counts

  bool operator==(const Health&) const = default;

  // Does this zone give points now?
  bool Counts(std::string_view zone, ZoneFamily family) const;
  // False where the zone has nothing to say of this family: as if it were not configured.
  bool HasFamily(std::string_view zone, ZoneFamily family) const;
};

}  // namespace rules
