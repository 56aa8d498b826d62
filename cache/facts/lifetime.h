// How long an answer of DNS is kept: TTLs of the answer inside the limits of the configuration (RFC 1035, RFC 2308).
#pragma once

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
rules::seconds Lifetime(rules::Fact::State state, std::optional<std::uint32_t> ttl, const LifetimeLimits& limits);

}  // namespace cache
