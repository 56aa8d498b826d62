// The servers that a Resolver asks: they stay, come and go with the settings and with resolv.conf.
#include <iterator>
#include <utility>

#include "policyd/dns/resolver.h"

namespace policyd::dns {
namespace {

template <class Server>
std::unique_ptr<Server> Take(std::vector<std::unique_ptr<Server>>& servers, const config::Endpoint& endpoint) {
  const auto found = std::ranges::find_if(servers, [&](const auto& server) { return server->endpoint == endpoint; });
  if (found == servers.end()) return nullptr;
  auto server = std::move(*found);
  servers.erase(found);
  return server;
}

}  // namespace

void Resolver::SetSettings(const config::DnsSettings& settings) {
  settings_ = settings;
  if (!settings_.servers.empty()) {
    resolv_conf_.reset();
  } else if (!resolv_conf_) {
    resolv_conf_.emplace(loop_, ground_.resolv_conf, [this](const auto& servers) { SetServers(servers); });
  }
  SetServers(resolv_conf_ ? resolv_conf_->servers() : settings_.servers);
}

// A server that was named before, and has not gone yet, is the same one.
void Resolver::SetServers(const std::vector<config::Endpoint>& endpoints) {
  std::vector<std::unique_ptr<Server>> next;
  for (const config::Endpoint& endpoint : endpoints) {
    const auto is_it = [&endpoint](const auto& server) { return server->endpoint == endpoint; };
    if (std::ranges::any_of(next, is_it)) continue;  // named twice
    auto server = Take(servers_, endpoint);
    if (!server) server = Take(leaving_, endpoint);
    if (!server) server = MakeServer(endpoint);
    server->load.SetMaxOpen(settings_.in_flight);
    server->link->SetPatience(patience());
    server->probe->SetTimeout(settings_.timeout, patience());
    next.push_back(std::move(server));
  }
  const bool is_first = servers_.empty() && leaving_.empty();
  std::ranges::move(servers_, std::back_inserter(leaving_));
  servers_ = std::move(next);
  if (is_first) return;
  is_health_changed_ = true;
  TickOften(std::chrono::steady_clock::now());  // sends what waits, tells of the change, lets servers go
}

std::unique_ptr<Resolver::Server> Resolver::MakeServer(const config::Endpoint& endpoint) {
  auto made = std::make_unique<Server>(Server{.endpoint = endpoint,
                                              .load = ServerLoad(settings_.in_flight),
                                              .letter_case = CaseRandomization(endpoint.is_loopback())});
  Server& server = *made;
  server.link = ground_.make_server(loop_, endpoint, patience(), [this](std::span<const NameServer::Result> results) {
    const runtime::Deadline now = std::chrono::steady_clock::now();
    for (const NameServer::Result& result : results) OnResult(result, now);
    Settle();
  });
  const auto changed = [this, &server](bool is_down) {
    const bool is_asked = std::ranges::any_of(servers_, [&server](const auto& one) { return one.get() == &server; });
    is_health_changed_ = true;
    if (is_asked && events_.server_changed) events_.server_changed(server.endpoint, is_down);
  };
  const auto ended = [this, &server] {
    FinishHeld(server);
    Settle();
  };
  server.probe = std::make_unique<ServerProbe>(
      [&](NameServer::Deliver deliver) { return ground_.make_server(loop_, endpoint, patience(), std::move(deliver)); },
      settings_.timeout,
      ServerProbe::Events{
          .changed = changed, .ended = ended, .proven = [this](runtime::Deadline when) { Proven(when); }});
  return made;
}

// Only called from the loop: a server must not be destroyed inside its own callback.
void Resolver::LetServersGo() {
  std::erase_if(leaving_, [this](const std::unique_ptr<Server>& leaving) {
    const auto is_its = [&leaving](const auto& attempt) { return attempt.second.server == leaving.get(); };
    const auto was_asked = [&leaving](const auto& flight) {
      return std::ranges::find(flight.second.asked, leaving.get(), &Flight::Asked::server) != flight.second.asked.end();
    };
    return std::ranges::none_of(attempts_, is_its) && std::ranges::none_of(flights_, was_asked);
  });
}

bool Resolver::servers_are_down() const {
  return std::ranges::all_of(servers_, [](const auto& server) { return server->is_down(); });
}

std::vector<rules::NameServerState> Resolver::servers() const {
  std::vector<rules::NameServerState> states;
  for (const auto& server : servers_) states.push_back({server->endpoint.ToString(), server->is_down()});
  return states;
}

}  // namespace policyd::dns
