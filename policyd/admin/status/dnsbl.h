// The DNS block and allow lists: what is known of each, and what its test points say now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/status/metrics_text.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

// One list, asked for addresses or for names.
struct ZoneStatus {
  cache::ZoneStateRow row;                  // of IPv4 or of names
  std::optional<cache::ZoneStateRow> ipv6;  // where it is asked for IPv6 clients
  std::string points;                       // "8", or "2, 8" where that depends on the answer
  std::optional<std::uint64_t> hits;        // since the daemon began; nothing where it cannot be asked
};

// The running daemon's metrics, where it can be asked.
std::optional<Samples> MetricsOf(const config::Config& config);
// With the daemon's own counts; without hits where there are none.
std::vector<ZoneStatus> ZoneStatuses(const config::Config& config, const cache::Stores& stores,
                                     const std::optional<Samples>& metrics);
runtime::Json ToJson(const std::vector<ZoneStatus>& lists);

struct DnsblTestOptions {
  std::optional<std::string> zone{};  // as it is shown; else all
};

struct ZoneTest {
  cache::ZoneStateRow row;
  const char* state = "";  // as it is told
  bool is_well = false;    // no test point for IPv6 is no fault: most lists have none
};
// By the daemon's own tests, on a loop of their own; an error where there is none of this name.
Result<std::vector<ZoneTest>> TestZones(const config::Config& config, const DnsblTestOptions& options,
                                        rules::TimePoint now);
runtime::Json ToJson(const std::vector<ZoneTest>& tests);

}  // namespace policyd::admin
