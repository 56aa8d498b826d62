#include "policyd/daemon/startup.h"

#include <sysexits.h>

#include <algorithm>
#include <string>
#include <utility>

namespace policyd::daemon {
namespace {

using serve::ListeningSocket;

// Warns of a passed socket whose address the configuration does not name, as the operator would not look for it there.
void SayPassed(const serve::PassedSocket& passed, runtime::Log& log) {
  const bool is_open = !passed.endpoint.is_loopback();
  log.Write(is_open ? runtime::LogLevel::kWarning : runtime::LogLevel::kInfo, "passed_socket",
            {{"on", passed.endpoint.ToString()},
             {"name", passed.name},
             {"note", is_open ? "not in the configuration, and not on loopback: whoever reaches it can ask"
                              : "not in the configuration"}});
}

std::variant<std::vector<ListeningSocket>, int> OpenSockets(const config::Config& config,
                                                            const std::vector<serve::PassedSocket>& passed,
                                                            runtime::Log& log) {
  std::vector<ListeningSocket> sockets;
  const auto& listen = config.service.listen;
  for (const serve::PassedSocket& socket : passed) {
    sockets.push_back(ListeningSocket::Adopt(socket));
    if (std::find(listen.begin(), listen.end(), socket.endpoint) == listen.end()) SayPassed(socket, log);
  }
  for (const config::Endpoint& endpoint : listen) {
    const auto covers = [&endpoint](const serve::PassedSocket& socket) { return socket.Covers(endpoint); };
    if (std::any_of(passed.begin(), passed.end(), covers)) continue;
    auto opened = ListeningSocket::Open(endpoint);
    if (const auto* error = std::get_if<ListeningSocket::Error>(&opened)) {
      log.Write(runtime::LogLevel::kError, "cannot_start", {{"error", error->message}});
      return error->is_in_use ? EX_TEMPFAIL : EX_UNAVAILABLE;
    }
    sockets.push_back(std::get<ListeningSocket>(std::move(opened)));
  }
  return sockets;
}

// An address at which pages are served.
struct PagesAt {
  std::string_view name;  // of a passed socket
  std::string_view key;
  const std::optional<config::Endpoint>& endpoint;
};

// Removes the passed socket for these pages from `passed` and returns it.
std::variant<std::optional<ListeningSocket>, int> OpenPages(const PagesAt& pages,
                                                            std::vector<serve::PassedSocket>& passed,
                                                            runtime::Log& log) {
  const auto others = std::stable_partition(passed.begin(), passed.end(), [&pages](const serve::PassedSocket& socket) {
    return socket.name != pages.name && !(pages.endpoint && socket.Covers(*pages.endpoint));
  });
  if (passed.end() - others > 1) {
    log.Write(runtime::LogLevel::kError, "cannot_start",
              {{"error", "expected one passed socket for " + std::string(pages.key) + ", got several"}});
    return EX_CONFIG;
  }
  if (others != passed.end()) {
    const serve::PassedSocket socket = *others;
    passed.erase(others);
    if (pages.endpoint != socket.endpoint) SayPassed(socket, log);
    return std::optional(ListeningSocket::Adopt(socket));
  }
  if (!pages.endpoint) return std::nullopt;
  auto opened = ListeningSocket::Open(*pages.endpoint);
  if (auto* socket = std::get_if<ListeningSocket>(&opened)) return std::optional(std::move(*socket));
  const std::string& why = std::get<ListeningSocket::Error>(opened).message;
  log.Write(runtime::LogLevel::kError, "cannot_start", {{"error", std::string(pages.key) + ": " + why}});
  return EX_UNAVAILABLE;
}

std::variant<std::unique_ptr<cache::Stores>, int> OpenStores(const config::Config& config, runtime::Log& log) {
  const auto owner = cache::BecomeOwnerOf(config.store.directory);
  if (!owner) {
    log.Write(runtime::LogLevel::kError, "cannot_start", {{"error", owner.error().message}});
    return EX_NOPERM;
  }
  if (*owner) {
    log.Write(runtime::LogLevel::kWarning, "runs_as_root",
              {{"store", config.store.directory}, {"hint", "give the directory to a user of its own"}});
  }
  auto opened = cache::Stores::OpenForDaemon(config.store);
  if (auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened)) return std::move(*stores);
  const auto& error = std::get<cache::Stores::OpenError>(opened);
  log.Write(runtime::LogLevel::kError, "cannot_start", {{"error", error.message}});
  switch (error.kind) {
    case cache::Stores::OpenError::Kind::kAlreadyRunning:
      return EX_TEMPFAIL;
    case cache::Stores::OpenError::Kind::kStore:
      return EX_IOERR;
    case cache::Stores::OpenError::Kind::kPermission:
      return EX_NOPERM;
  }
  return EX_IOERR;
}

}  // namespace

std::variant<Opened, int> Open(const config::Config& config, std::vector<serve::PassedSocket> passed,
                               runtime::Log& log) {
  if (const auto other = cache::Stores::RunningDaemon(config.store.directory)) {
    log.Write(runtime::LogLevel::kError, "cannot_start",
              {{"error", "another sekimorid runs on this store"},
               {"pid", other->pid ? std::to_string(*other->pid) : "unknown"}});
    return EX_TEMPFAIL;
  }
  auto http = OpenPages({.name = "http", .key = "http.listen", .endpoint = config.http}, passed, log);
  if (const int* status = std::get_if<int>(&http)) return *status;
  auto why = OpenPages({.name = "why", .key = "why.listen", .endpoint = config.why.listen}, passed, log);
  if (const int* status = std::get_if<int>(&why)) return *status;
  auto sockets = OpenSockets(config, passed, log);
  if (const int* status = std::get_if<int>(&sockets)) return *status;
  auto stores = OpenStores(config, log);
  if (const int* status = std::get_if<int>(&stores)) return *status;
  return Opened{std::get<0>(std::move(sockets)), std::get<0>(std::move(http)), std::get<0>(std::move(why)),
                std::get<0>(std::move(stores))};
}

cache::WriterSettings WriterSettingsOf(const config::Config& config) {
  const rules::GreylistSettings& greylist = config.policy->greylist;
  return {.keep_stale = config.policy->stale_for,
          .retry_window = greylist.retry_window,
          .remember = greylist.remember,
          .keep_journal = config.journal.keep,
          .max_verdicts = config.journal.max_verdicts,
          .pending = {.all = greylist.max_pending, .per_client_key = greylist.max_pending_per_network}};
}

std::vector<cache::ZoneStateRow> ZoneStatesOf(const cache::Stores& stores) {
  cache::ReadTransaction snapshot(stores.records_environment());
  return stores.zones().All(snapshot);
}

}  // namespace policyd::daemon
