#include "rules/zones/health.h"

namespace rules {
namespace {

constexpr std::array<const char*, kSiteStates> kStateNames{"unknown",     "unchecked", "healthy", "refused",
                                                           "quarantined", "dead",      "slow"};
constexpr std::array<const char*, kSiteFamilies> kFamilyNames{"ipv4", "ipv6", "names"};

}  // namespace

const char* Name(SiteState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

std::optional<SiteState> ParseSiteState(std::string_view name) {
  for (std::size_t i = 0; i < kSiteStates; ++i) {
    if (kStateNames[i] == name) return static_cast<SiteState>(i);
  }
  return std::nullopt;
}

const char* Name(SiteFamily family) {
  return kFamilyNames[static_cast<std::size_t>(family)];
}

bool Counts(SiteState state) {
  switch (state) {
    case SiteState::kUnchecked:
    case SiteState::kHealthy:
      return true;
    case SiteState::kUnknown:
    case SiteState::kRefused:
    case SiteState::kQuarantined:
    case SiteState::kDead:
    case SiteState::kSlow:
      return false;
  }
  return false;
}

bool Health::Counts(std::string_view zone, SiteFamily family) const {
  const auto found = sites.find(zone);
  return found == sites.end() || rules::Counts(found->second[family]);
}

bool Health::HasFamily(std::string_view zone, SiteFamily family) const {
  if (family != SiteFamily::kIpv6) return true;
  const auto found = sites.find(zone);
  return found == sites.end() || found->second.lists_ipv6;
}

}  // namespace rules
