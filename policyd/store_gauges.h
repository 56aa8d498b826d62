// What /metrics says of the stores: their size, and how many entries each table has.
#pragma once

#include "cache/stores.h"
#include "policyd/metrics.h"

namespace policyd {

void AddStoreGauges(const cache::Stores& stores, Gauges& gauges);

}  // namespace policyd
