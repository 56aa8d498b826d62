// How the running daemon stands with the engine that several hosts share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/admin/status/metrics_text.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "policyd/shared/trouble.h"

namespace policyd::admin {

struct SharedStatus {
  std::vector<std::string> servers;  // as configured
  std::string state;                 // off, connecting, ready, refused
  shared::Trouble trouble = shared::Trouble::kNone;

  bool is_well() const { return state == "ready" || (state == "off" && servers.empty()); }
};

// Of the daemon's metrics.  Pure.
SharedStatus SharedStatusOf(const config::Config& config, const Samples& metrics);
// Asks the daemon.
Result<SharedStatus> ReadSharedStatus(const config::Config& config, std::chrono::milliseconds patience);
runtime::Json ToJson(const SharedStatus& status);

}  // namespace policyd::admin
