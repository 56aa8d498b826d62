// What this host shares with others ([shared]): has the engine looked after, and says what becomes of it in log and
// metrics.
//
// Belongs to the main thread; AddGauges() may be called from any.
#pragma once

#include <memory>

#include "policyd/config/config.h"
#include "policyd/metrics/metrics.h"
#include "policyd/runtime/log.h"
#include "policyd/shared/engine.h"

namespace policyd::daemon {

class HostSharing {
 public:
  // Without servers, or where this process may not read the secrets, nothing is shared.
  HostSharing(const config::SharedSettings& settings, runtime::Log& log);

  void AddGauges(metrics::Gauges& gauges) const;

 private:
  void Tell(const shared::EngineState& state);

  const bool is_on_, is_unreadable_;
  runtime::Log& log_;
  std::unique_ptr<shared::Engine> engine_;
};

}  // namespace policyd::daemon
