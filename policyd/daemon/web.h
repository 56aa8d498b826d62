// What the daemon serves over HTTP: its servers, and the list of their pages.
//
// Routes are called from the servers' threads, several at a time, so what is lent here is safe to use from several:
// the stores for reading, snapshots, and functions that take a lock where they need one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/config/config.h"
#include "policyd/http/api/api.h"
#include "policyd/http/health.h"
#include "policyd/http/pages/pages.h"
#include "policyd/http/server.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/serve/listener.h"

namespace policyd {

class Web {
 public:
  // Each outlives this.
  struct Sources {
    const Snapshot<Config>& config;
    const cache::Stores& stores;
    const WallClock& clock;
    Log& log;
    http::Health health;
    Metrics& metrics;
    const HistoryFeed& history_feed;
    const admin::VerdictTail& verdict_tail;
  };

  explicit Web(Sources sources) : sources_(std::move(sources)) {}

  // Serves at http.listen until the destructor returns.  Nothing, or why it cannot.
  std::optional<std::string> Serve(serve::ListeningSocket socket);

 private:
  std::vector<http::Route> Routes() const;
  admin::Overview ReadOverview(const admin::OverviewSpan& span) const;
  void SayLockedOut(const http::HttpRequest& request) const;

  const Sources sources_;
  const rules::TimePoint started_ = sources_.clock.Now();
  std::unique_ptr<http::HttpServer> server_;
};

}  // namespace policyd
