#include "policyd/daemon/web.h"

#include <utility>

#include "policyd/admin/appeals/appeals.h"
#include "policyd/http/why/why_routes.h"

namespace policyd::daemon {

Web::~Web() {
  for (const auto* server : {&server_, &why_server_}) {
    if (*server) (*server)->BeginStop();
  }
}

std::vector<http::Route> Web::Routes() const {
  const http::ApiSources api{.config = [this] { return sources_.config.Get(); },
                             .stores = sources_.stores,
                             .now = [this] { return sources_.clock.Now(); },
                             .metrics = sources_.health.metrics};
  std::vector<http::Route> routes;
  const http::pages::PageSources pages{
      .config = [this] { return sources_.config.Get(); },
      .stores = sources_.stores,
      .now = [this] { return sources_.clock.Now(); },
      .overview = [this](const admin::OverviewSpan& span) { return ReadOverview(span); },
      .takes_changes = [this] { return sources_.config.Get()->http_access.token.has_value(); },
      .newest = [this](rules::TimePoint since,
                       std::size_t limit) { return sources_.verdict_tail.NewestSince(since, limit); },
  };
  for (auto& part : {http::HealthRoutes(sources_.health), http::pages::PageRoutes(pages), http::ApiRoutes(api)}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

admin::Overview Web::ReadOverview(const admin::OverviewSpan& span) const {
  const auto config = sources_.config.Get();
  return admin::MakeOverview({.config = *config,
                              .stores = sources_.stores,
                              .tail = sources_.verdict_tail,
                              .newest = sources_.history_feed.Look(sources_.metrics.Totals()),
                              .metrics = sources_.metrics.Render(),
                              .faults = sources_.store_faults(),
                              .started = started_},
                             span, sources_.clock.Now());
}

void Web::SayLockedOut(const http::HttpRequest& request) const {
  const auto visitor = http::VisitorBehind(request);
  const std::string peer = request.peer ? request.peer->ToString() : "unix";
  sources_.log.Write(runtime::LogLevel::kWarning, "http_wrong_tokens",
                     {{"client", visitor ? visitor->ToString() : peer},
                      {"through", visitor ? peer : std::string()},
                      {"note", "too many: nothing it sends a token with is answered for a minute"}});
}

void Web::SayFailed(const http::HttpRequest& request, std::string_view what) const {
  sources_.log.Write(runtime::LogLevel::kError, "http_page_failed", {{"path", request.path}, {"error", what}});
}

std::optional<std::string> Web::Serve(std::optional<serve::ListeningSocket> http,
                                      std::optional<serve::ListeningSocket> why) {
  if (auto error = http ? ServePages(std::move(*http)) : std::nullopt) return error;
  return why ? ServeWhy(std::move(*why)) : std::nullopt;
}

std::optional<std::string> Web::ServePages(serve::ListeningSocket socket) {
  auto server = http::HttpServer::Start(
      std::move(socket), Routes(),
      {.access =
           [this] {
             const auto config = sources_.config.Get();
             return std::shared_ptr<const config::HttpAccess>(config, &config->http_access);
           },
       .locked_out = [this](const http::HttpRequest& request) { SayLockedOut(request); },
       .failed = [this](const http::HttpRequest& request, std::string_view what) { SayFailed(request, what); }});
  if (!server) return "http.listen: " + server.error().message;
  server_ = std::move(*server);
  return std::nullopt;
}

void Web::SayAppealed(const cache::AppealRow& row) const {
  sources_.log.Write(runtime::LogLevel::kInfo, "request",
                     {{"id", row.reference.ToString()},
                      {"client", row.client.ToString()},
                      {"asked_from", row.asker.value_or("unknown")},
                      {"waiting", std::to_string(admin::CountWaiting(sources_.stores))},
                      {"text", row.text},
                      {"note", "wants to be let in: sekimorictl requests"}});
}

std::optional<std::string> Web::ServeWhy(serve::ListeningSocket socket) {
  auto routes = http::why::WhyRoutes(
      {.stores = sources_.stores,
       .config = [this] { return sources_.config.Get(); },
       .now = [this] { return sources_.clock.Now(); },
       .record = [this](cache::RecordWrite write) { return sources_.writer.AddRecord(std::move(write)); },
       .appealed = [this](const cache::AppealRow& row) { SayAppealed(row); }});
  // This address takes no tokens.
  auto server = http::HttpServer::Start(
      std::move(socket), std::move(routes),
      {.access = [] { return std::make_shared<const config::HttpAccess>(); },
       .failed = [this](const http::HttpRequest& request, std::string_view what) { SayFailed(request, what); },
       .missing = http::Route::Access::kAnybody});
  if (!server) return "why.listen: " + server.error().message;
  why_server_ = std::move(*server);
  return std::nullopt;
}

}  // namespace policyd::daemon
