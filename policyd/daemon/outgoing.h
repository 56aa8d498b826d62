// All that the daemon does about mail that leaves beside answering: keeps the accounts, tells of what was done, counts
// the logins that need a look, and raises an alarm once where the server sends far more than on any day of a month.
//
// Tick() belongs to the main loop, the rest may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "cache/locked.h"
#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/admin/outbound/outbound.h"
#include "policyd/config/config.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/serve/outbound/ledger.h"
#include "policyd/serve/outbound/ledger_keeper.h"

namespace policyd::daemon {

class Outgoing {
 public:
  // All of it outlives this.
  struct Needs {
    const cache::Stores& stores;
    cache::Writer& writer;
    const runtime::Snapshot<config::Config>& config;
    const runtime::WallClock& clock;
    runtime::Log& log;
  };

  explicit Outgoing(const Needs& needs);

  serve::Ledger& ledger() { return ledger_; }
  void Tell(const serve::OutboundNotice& notice) { keeper_.Tell(notice); }
  void Tick(rules::TimePoint now);
  void AddGauges(rules::TimePoint now, metrics::Gauges& gauges) const;

 private:
  struct Tallied {
    std::optional<rules::TimePoint> at;
    admin::OutboundTally tally;
  };

  admin::OutboundTally Tally(const config::Config& config, rules::TimePoint now) const;

  const Needs needs_;
  serve::Ledger ledger_;
  std::optional<rules::TimePoint> looked_;
  std::optional<rules::Day> told_;  // of this day there was an alarm
  std::atomic<bool> is_high_ = false;
  mutable cache::Locked<Tallied> tallied_;
  serve::LedgerKeeper keeper_;
};

}  // namespace policyd::daemon
