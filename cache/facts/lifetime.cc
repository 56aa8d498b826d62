#include "cache/facts/lifetime.h"

#include <algorithm>

namespace cache {

rules::seconds Lifetime(rules::Fact::State state, std::optional<std::uint32_t> ttl, const LifetimeLimits& limits) {
  const rules::seconds said = ttl ? rules::seconds{*ttl} : limits.min_ttl;
  // A configuration may set a floor above a ceiling; the ceiling wins, so this is no std::clamp.
  const auto between = [&](rules::seconds ceiling) { return std::min(std::max(said, limits.min_ttl), ceiling); };
  switch (state) {
    case rules::Fact::State::kPresent:
      return between(limits.max_ttl);
    case rules::Fact::State::kAbsent:
      return between(limits.max_negative_ttl);
    case rules::Fact::State::kUnavailable:
      return limits.failure_ttl;
  }
  return limits.failure_ttl;
}

}  // namespace cache
