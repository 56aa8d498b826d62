// Tells how the daemon is, from its process, its sockets, its metrics and its store; and makes it read its
// configuration again.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/status/daemon_health.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

// `stores`: null where they cannot be opened.
DaemonView LookAt(const config::Config& config, const cache::Stores* stores, std::chrono::milliseconds patience,
                  rules::TimePoint now);
std::map<std::string, std::uint64_t> ZonesByState(const Samples& metrics);
std::map<std::string, double> VerdictsOfLastHour(const Samples& metrics);  // by action
std::string VersionOf(const DaemonView& view);
runtime::Json ToJson(const config::Config& config, const DaemonView& view, const std::vector<Finding>& findings);

struct Reloaded {
  int pid = 0;
  bool is_taken = false;  // else the daemon refused the configuration and runs on with what it read before
};
// Sends SIGHUP and waits for the outcome.
Result<Reloaded> Reload(const config::Config& config, std::chrono::milliseconds patience);

}  // namespace policyd::admin
