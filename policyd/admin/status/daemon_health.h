// How the daemon is, from what its metrics and its store say: what `status` shows and when it warns.  Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/status/metrics_text.h"
#include "policyd/admin/stores/store_figures.h"
#include "policyd/config/config.h"

namespace policyd::admin {

// As Nagios plug-ins exit.
enum class Level : std::uint8_t { kOk = 0, kWarning = 1, kCritical = 2 };
const char* Name(Level level);  // "OK", "WARNING", "CRITICAL"

struct Finding {
  Level level = Level::kWarning;
  std::string text;
};

// What was looked at; what could not be is absent, with the reason.
struct DaemonView {
  std::optional<int> pid;
  std::optional<rules::TimePoint> started;
  std::optional<Samples> metrics;
  std::string no_metrics;                 // why there are none
  std::string not_ready;                  // what /readyz says, where that is not "ok"
  std::vector<std::string> dead_sockets;  // endpoints where nobody listens, with the reason
  std::optional<StoreFigures> store;
  std::string no_store;
  std::map<std::string, std::uint64_t> turned_away;  // in the last hour, by action
  ConfigErrors config_errors;
};

// Name server -> does it answer?
std::map<std::string, bool> NameServersOf(const Samples& metrics);

// facts, records, lists -> the states it is in; "sound" where all is well.
std::map<std::string, std::vector<std::string>> StoreStatesOf(const Samples& metrics);

// What needs attention, the worst first.
std::vector<Finding> FindingsOf(const DaemonView& view);
Level WorstOf(const std::vector<Finding>& findings);

}  // namespace policyd::admin
