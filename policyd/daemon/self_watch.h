// Looks at our own addresses and domains as others do ([watch]), when that is due: logs what changed, once, and keeps
// it.
//
// Tick() belongs to the main loop, Note() to the resolver's thread; AddGauges() may be called from any thread.
#pragma once

#include <optional>
#include <vector>

#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/config/config.h"
#include "policyd/dns/lookups.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/log.h"

namespace policyd::daemon {

class SelfWatch {
 public:
  SelfWatch(const cache::Stores& stores, cache::Writer& writer, runtime::Log& log);

  // Has DNS asked where a look is due: at the first start, after a reload that changed what is watched, and every
  // watch.every, counted on over a restart.
  void Tick(const config::Config& config, dns::DnsThread& dns, rules::TimePoint now);
  void Note(std::vector<rules::WatchFinding> findings, rules::TimePoint now);
  void AddGauges(metrics::Gauges& gauges) const;

 private:
  void Tell(const cache::WatchEpisode& change) const;

  const cache::Stores& stores_;
  cache::Writer& writer_;
  runtime::Log& log_;
  std::optional<config::WatchSettings> watched_;  // nothing: since the start none was seen
  std::optional<rules::TimePoint> last_;          // when it was looked last
};

}  // namespace policyd::daemon
