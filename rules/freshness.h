// Tells how long a Fact may be used: when it is asked for again before its end, so that the next request does not
// wait, and how long it may serve past it (RFC 8767).
#pragma once

#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/question.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace rules {

// Does the Fact stand in the last tenth of its life?  That tenth begins later by up to half of it, by client and
// question: answers that came together do not all go out again together.  False where it has ended.
bool IsDueForRefresh(const IpAddress& client, const Question& question, const Fact& fact, TimePoint now);

// Before this moment the Fact is not due.
inline TimePoint SettledUntil(const Fact& fact) {
  return fact.until - (fact.until - fact.learnt) / 10;
}

// May a Fact that has ended still serve?  What speaks against the client at most for an hour, what speaks for it up to
// `stale_for`; one that was learnt while the clock was ahead not at all.  REQUIRES: the question asks DNS.
bool MayServeStale(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client,
                   TimePoint now);

}  // namespace rules
