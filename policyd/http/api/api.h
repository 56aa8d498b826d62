// The API, /api/v1/: what people ask and change, as JSON over HTTP.
//
// Each route reads its fields, calls the function of policyd/admin/ that the tool calls, and sends the same ToJson():
// contrib/schema/sekimorictl.schema.json describes both, contrib/api.md tells people.  Errors are {"error": {"code",
// "message"}}; a field that a route does not know, one that comes twice, or one of a wrong type is an error, and then
// nothing was changed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/config/config.h"
#include "policyd/http/api/fields.h"
#include "policyd/http/exchange.h"
#include "rules/values/time.h"

namespace policyd::http {

// Called from several threads at a time.
struct ApiSources {
  std::function<std::shared_ptr<const config::Config>()> config;
  const cache::Stores& stores;
  std::function<rules::TimePoint()> now;
  std::function<std::string()> metrics;  // Prometheus text format
};

std::vector<Route> ApiRoutes(const ApiSources& sources);

// The parts: what is only looked at, and what is changed.
std::vector<Route> ReadingRoutes(const ApiSources& sources);
std::vector<Route> ChangingRoutes(const ApiSources& sources);
std::vector<Route> AppealRoutes(const ApiSources& sources);
std::vector<Route> OutgoingRoutes(const ApiSources& sources);

// Who holds the token says in the field `by` who does it; nobody can check that, so the audit tells where it was said.
admin::Result<admin::Caller> CallerOf(const ApiSources& sources, const Fields& fields);

}  // namespace policyd::http
