// What DNS said of a client or a name, told to people: each Fact with its age.
#pragma once

#include "cache/fact_store.h"
#include "policyd/ctl/context.h"
#include "policyd/json.h"

namespace policyd::ctl {

// A line each.  A zone is shown by its name, as it may hold a key.
void PrintFacts(Context& context, const rules::Policy& policy, const cache::KnownFacts& known);

// An array of objects.
Json FactsToJson(Context& context, const rules::Policy& policy, const cache::KnownFacts& known);

}  // namespace policyd::ctl
