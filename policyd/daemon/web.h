// What the daemon serves over HTTP: its servers, and the list of their pages.
//
// Routes are called from the servers' threads, several at a time, so what is lent here is safe to use from several:
// the stores for reading, snapshots, and functions that take a lock where they need one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/config/config.h"
#include "policyd/http/api/api.h"
#include "policyd/http/health.h"
#include "policyd/http/pages/pages.h"
#include "policyd/http/server.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/runtime/snapshot.h"
#include "policyd/serve/listener.h"
#include "rules/values/statement.h"

namespace policyd::daemon {

class Web {
 public:
  // Each outlives this.
  struct Sources {
    const runtime::Snapshot<config::Config>& config;
    const cache::Stores& stores;
    const runtime::WallClock& clock;
    runtime::Log& log;
    http::HealthSources health;
    std::function<std::vector<rules::Statement>()> store_faults;
    metrics::Metrics& metrics;
    const metrics::HistoryFeed& history_feed;
    const admin::VerdictTail& verdict_tail;
    cache::Writer& writer;
  };

  explicit Web(Sources sources) : sources_(std::move(sources)) {}
  // Asks all pages under way to stop, then waits for them.
  ~Web();
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  // Serves at http.listen, and the page for those turned away, with nothing else beside it, at why.listen, until the
  // destructor returns.  Nothing, or why it cannot.
  std::optional<std::string> Serve(std::optional<serve::ListeningSocket> http,
                                   std::optional<serve::ListeningSocket> why);

 private:
  std::optional<std::string> ServePages(serve::ListeningSocket socket);
  std::optional<std::string> ServeWhy(serve::ListeningSocket socket);
  std::vector<http::Route> Routes() const;
  admin::Overview ReadOverview(const admin::OverviewSpan& span) const;
  void SayLockedOut(const http::HttpRequest& request) const;
  void SayFailed(const http::HttpRequest& request, std::string_view what) const;
  void SayAppealed(const cache::AppealRow& row) const;

  const Sources sources_;
  const rules::TimePoint started_ = sources_.clock.Now();
  std::unique_ptr<http::HttpServer> server_;
  std::unique_ptr<http::HttpServer> why_server_;
};

}  // namespace policyd::daemon
