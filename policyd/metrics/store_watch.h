// Says what is not as it should be with the stores, and with the log itself: in the log at the start and once an hour,
// on /readyz, in /metrics.
//
// Look() belongs to the main loop; the rest may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/metrics/metrics.h"
#include "policyd/metrics/store_gauges.h"
#include "policyd/runtime/log.h"
#include "rules/values/statement.h"
#include "rules/values/time.h"

namespace policyd::metrics {

class StoreWatch {
 public:
  // All outlive it.
  StoreWatch(const cache::Stores& stores, const cache::Writer& writer, runtime::Log& log)
      : stores_(stores), writer_(writer), log_(log) {}

  // Every ten seconds.
  void Look(rules::TimePoint now);
  // Nothing where all is well.
  std::vector<rules::Statement> Faults(rules::TimePoint now) const;
  // The same in one line.
  std::optional<std::string> Degraded(rules::TimePoint now) const;
  void AddGauges(rules::TimePoint now, Gauges& gauges) const;

 private:
  void LogFailedCommits();
  void LogEvictions();
  void LogAlarms(rules::TimePoint now);
  void LogOldReaders();

  const cache::Stores& stores_;
  const cache::Writer& writer_;
  runtime::Log& log_;
  std::uint64_t failed_commits_ = 0;
  EvictionWarnings evictions_;
  bool was_stuck_ = false;
  std::string said_;  // which alarms
  std::optional<rules::TimePoint> said_at_;
  std::uint64_t looks_with_old_reader_ = 0;
};

}  // namespace policyd::metrics
