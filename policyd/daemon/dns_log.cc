#include "policyd/daemon/dns_log.h"

#include "policyd/dns/zones/zone_reasons.h"

namespace policyd::daemon {

void LogNameServer(runtime::Log& log, const config::Endpoint& server, bool is_down) {
  log.Write(is_down ? runtime::LogLevel::kWarning : runtime::LogLevel::kInfo, "name_server",
            {{"server", server.host + " port " + std::to_string(server.port)},
             {"state", is_down ? "down" : "up"},
             {"reason", is_down ? "3 probes in a row were not answered" : ""}});
}

void LogZone(runtime::Log& log, const cache::ZoneStateRow& row, rules::ZoneState was) {
  if (row.state == was) return;
  log.Write(rules::Counts(row.state) ? runtime::LogLevel::kInfo : runtime::LogLevel::kWarning, "dnsbl",
            {{"site", row.shown},
             {"family", rules::Name(row.family)},
             {"state", rules::Name(row.state)},
             {"was", rules::Name(was)},
             {"reason", dns::ZoneReasonText(row.reason)}});
}

}  // namespace policyd::daemon
