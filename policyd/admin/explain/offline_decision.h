// One Inquiry decided outside of the daemon, by the same code: on a loop of its own, with DNS asked for real, and
// nothing remembered of it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/dns/lookups.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/serve/inquiry.h"

namespace policyd::admin {

struct OfflineDecision {
  serve::Inquiry::Finished finished;
  rules::Facts facts;                         // of DNS, also those that the decision could do without
  rules::ClientAssessment assessment;         // of the client on all of them
  std::vector<cache::ZoneStateRow> left_out;  // lists whose state gives no points
};

// `stores` is read only; what is `known` is not looked for.  Where `stop` is requested, what is not known by then
// counts as unknown.
OfflineDecision DecideOffline(const Config& config, const cache::Stores& stores, const rules::Request& request,
                              serve::DnsSource dns, rules::TimePoint now, const rules::Facts& known = {},
                              const std::stop_token& stop = {});

}  // namespace policyd::admin
