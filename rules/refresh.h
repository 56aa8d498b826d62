// When a Fact that is still fresh is asked for again, so that whoever needs it next does not wait.
#pragma once

#include "rules/fact.h"
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

}  // namespace rules
