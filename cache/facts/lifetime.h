// How long an answer of DNS is kept: TTLs of the answer inside the limits of the configuration (RFC 1035, RFC 2308).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "rules/fact.h"
#include "rules/values/time.h"

namespace cache {

struct LifetimeLimits {
  rules::seconds min_ttl{60};
  rules::seconds max_ttl{86400};
  rules::seconds max_negative_ttl{3600};
  rules::seconds failure_ttl{30};

  bool operator==(const LifetimeLimits&) const = default;
};

// `ttl`: the least of the records of a positive answer; of a negative one the lesser of the SOA's TTL and its MINIMUM,
// nothing where there is no SOA (then min_ttl).
inline rules::seconds Lifetime(rules::Fact::State state, std::optional<std::uint32_t> ttl,
                               const LifetimeLimits& limits) {
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
