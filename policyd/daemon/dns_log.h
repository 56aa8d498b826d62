// Log lines on what the resolver's thread found out about name servers and lists.
#pragma once

#include "cache/zone_states.h"
#include "policyd/config/config.h"
#include "policyd/runtime/log.h"

namespace policyd::daemon {

void LogNameServer(runtime::Log& log, const config::Endpoint& server, bool is_down);

// Nothing where the state is what it was.
void LogZone(runtime::Log& log, const cache::ZoneStateRow& row, rules::ZoneState was);

}  // namespace policyd::daemon
