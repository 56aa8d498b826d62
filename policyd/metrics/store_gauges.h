// Gauges of the stores for /metrics: their size, how many entries each table has, and how many were pushed out; and the
// warning that some are.
#pragma once

#include <string>
#include <vector>

#include "cache/stores.h"
#include "cache/upkeep.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/clock.h"

namespace policyd::metrics {

void AddStoreGauges(const cache::Stores& stores, const cache::Evictions& evicted, Gauges& gauges);

// A table that was full: entries of the networks that held most of it were pushed out.
struct FullTable {
  std::string name;
  std::uint64_t evicted = 0;  // since the last time it was told
  std::string hint;           // what the operator can do
};

// Tells of each table once, and once a day while it goes on.
class EvictionWarnings {
 public:
  std::vector<FullTable> Look(const cache::Evictions& evicted, runtime::Deadline now);

 private:
  struct Told {
    std::uint64_t evicted = 0;
    std::optional<runtime::Deadline> when{};
  };
  Told facts_, triplets_, journal_;
};

}  // namespace policyd::metrics
