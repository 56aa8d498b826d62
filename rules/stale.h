// How long a Fact may serve past its end (RFC 8767): what speaks against a client at most one hour, what speaks for it
// up to `stale_for`; one that was learnt while the clock was ahead not at all.
#pragma once

#include "rules/fact.h"
#include "rules/policy.h"

namespace rules {

// REQUIRES: the question asks DNS.
bool MayServeStale(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client,
                   TimePoint now);

}  // namespace rules
