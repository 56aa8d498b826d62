#include "rules/health.h"

namespace rules {

bool Health::Counts(std::string_view zone) const {
  const auto found = sites.find(zone);
  if (found == sites.end()) return true;
  switch (found->second) {
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

}  // namespace rules
