#include "rules/zones/health.h"

namespace rules {
namespace {

constexpr std::array<const char*, kZoneStates> kStateNames{"unknown",     "unchecked", "healthy", "refused",
                                                           "quarantined", "dead",      "slow"};
constexpr std::array<const char*, kZoneFamilies> kFamilyNames{"ipv4", "ipv6", "names"};

}  // namespace

const char* Name(ZoneState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

std::optional<ZoneState> ParseZoneState(std::string_view name) {
  for (std::size_t i = 0; i < kZoneStates; ++i) {
    if (kStateNames[i] == name) return static_cast<ZoneState>(i);
  }
  return std::nullopt;
}

const char* Name(ZoneFamily family) {
  return kFamilyNames[static_cast<std::size_t>(family)];
}

bool Counts(ZoneState state) {
  switch (state) {
    case ZoneState::kUnchecked:
    case ZoneState::kHealthy:
      return true;
    case ZoneState::kUnknown:
    case ZoneState::kRefused:
    case ZoneState::kQuarantined:
    case ZoneState::kDead:
    case ZoneState::kSlow:
      return false;
  }
  return false;
}

bool Health::Counts(std::string_view zone, ZoneFamily family) const {
  const auto found = zones.find(zone);
  return found == zones.end() || rules::Counts(found->second[family]);
}

bool Health::HasFamily(std::string_view zone, ZoneFamily family) const {
  if (family != ZoneFamily::kIpv6) return true;
  const auto found = zones.find(zone);
  return found == zones.end() || found->second.lists_ipv6;
}

}  // namespace rules
