#include "policyd/daemon/host_sharing.h"

#include <string>
#include <utility>

#include "policyd/metrics/shared_gauges.h"

namespace policyd::daemon {

HostSharing::HostSharing(const config::SharedSettings& settings, runtime::Log& log)
    : is_on_(settings.is_on()), is_unreadable_(settings.is_unreadable), log_(log) {
  if (!is_on_) return;
  if (is_unreadable_) {
    Tell({.trouble = shared::Trouble::kKey});
    return;
  }
  engine_ = std::make_unique<shared::Engine>(settings, [this](const shared::EngineState& state) { Tell(state); });
}

void HostSharing::Tell(const shared::EngineState& state) {
  const shared::TroubleRow& row = shared::RowOf(state.trouble);
  if (state.is_ready) {
    log_.Write(runtime::LogLevel::kInfo, "shared", {{"state", state.Name()}, {"server", state.server}});
  } else if (state.trouble != shared::Trouble::kNone) {
    log_.Write(runtime::LogLevel::kWarning, "shared",
               {{"state", state.Name()},
                {"cause", row.name},
                {"server", state.server},
                {"text", row.text},
                {"error", state.text},
                {"hint", row.hint}});
  }
}

void HostSharing::AddGauges(metrics::Gauges& gauges) const {
  auto made = std::make_shared<metrics::SharedGauges>();
  if (is_on_) {
    const shared::EngineState state =
        engine_ ? engine_->state() : shared::EngineState{.trouble = shared::Trouble::kKey};
    made->state = state.Name();
    if (state.trouble != shared::Trouble::kNone) made->trouble = shared::RowOf(state.trouble).name;
  }
  gauges.shared = std::move(made);
}

}  // namespace policyd::daemon
