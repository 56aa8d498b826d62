// The pages for those turned away, as routes: /why/REF, /why/now/REF, and the form in which they ask to be let in.
//
// References cannot be found by trying: a network has 30 wrong ones an hour, an unknown one looks like one of which
// nothing is told, and takes the same work as one that is known.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/config/config.h"
#include "policyd/http/exchange.h"

namespace policyd::http::why {

// Each is called from several threads, and what it refers to outlives the routes.
struct WhySources {
  const cache::Stores& stores;
  std::function<std::shared_ptr<const config::Config>()> config;
  std::function<rules::TimePoint()> now;
  std::function<bool(cache::RecordWrite)> record;           // false: it cannot be kept
  std::function<void(const cache::AppealRow&)> appealed{};  // one came in
};

std::vector<Route> WhyRoutes(WhySources sources);

}  // namespace policyd::http::why
