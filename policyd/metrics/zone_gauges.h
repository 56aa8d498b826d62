// Gauges of the DNS lists for /metrics: one state a list, by the name that is shown.
#pragma once

#include <vector>

#include "policyd/metrics/metrics.h"
#include "rules/policy.h"
#include "rules/zones/health.h"

namespace policyd::metrics {

// Where a list is asked for more than one family it is the first state that gives no points.
std::vector<Gauges::Zone> ZoneGauges(const rules::Policy& policy, const rules::Health& health);

}  // namespace policyd::metrics
