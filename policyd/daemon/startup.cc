#include "policyd/daemon/startup.h"

#include <sysexits.h>

#include <string>
#include <utility>

namespace policyd {
namespace {

using serve::ListeningSocket;

std::variant<std::vector<ListeningSocket>, int> OpenSockets(const Config& config, Log& log) {
  std::vector<ListeningSocket> sockets;
  for (const Endpoint& endpoint : config.service.listen) {
    auto opened = ListeningSocket::Open(endpoint);
    if (const auto* error = std::get_if<ListeningSocket::Error>(&opened)) {
      log.Write(LogLevel::kError, "cannot_start", {{"error", error->message}});
      return error->is_in_use ? EX_TEMPFAIL : EX_UNAVAILABLE;
    }
    sockets.push_back(std::get<ListeningSocket>(std::move(opened)));
  }
  return sockets;
}

std::variant<std::optional<ListeningSocket>, int> OpenHttp(const Config& config, Log& log) {
  if (!config.http) return std::nullopt;
  auto opened = ListeningSocket::Open(*config.http);
  if (auto* socket = std::get_if<ListeningSocket>(&opened)) return std::optional(std::move(*socket));
  const std::string& why = std::get<ListeningSocket::Error>(opened).message;
  log.Write(LogLevel::kError, "cannot_start", {{"error", "http.listen: " + why}});
  return EX_UNAVAILABLE;
}

std::variant<std::unique_ptr<cache::Stores>, int> OpenStores(const Config& config, Log& log) {
  const auto owner = cache::BecomeOwnerOf(config.store.directory);
  if (!owner) {
    log.Write(LogLevel::kError, "cannot_start", {{"error", owner.error().message}});
    return EX_NOPERM;
  }
  if (*owner) {
    log.Write(LogLevel::kWarning, "runs_as_root",
              {{"store", config.store.directory}, {"mend", "give the directory to a user of its own"}});
  }
  auto opened = cache::Stores::OpenForDaemon(config.store);
  if (auto* stores = std::get_if<std::unique_ptr<cache::Stores>>(&opened)) return std::move(*stores);
  const auto& error = std::get<cache::Stores::OpenError>(opened);
  log.Write(LogLevel::kError, "cannot_start", {{"error", error.message}});
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

std::variant<Opened, int> Open(const Config& config, Log& log) {
  if (const auto pid = cache::Stores::RunningDaemon(config.store.directory)) {
    log.Write(LogLevel::kError, "cannot_start",
              {{"error", "another sekimorid runs on this store"}, {"pid", std::to_string(*pid)}});
    return EX_TEMPFAIL;
  }
  auto sockets = OpenSockets(config, log);
  if (const int* status = std::get_if<int>(&sockets)) return *status;
  auto http = OpenHttp(config, log);
  if (const int* status = std::get_if<int>(&http)) return *status;
  auto stores = OpenStores(config, log);
  if (const int* status = std::get_if<int>(&stores)) return *status;
  return Opened{std::get<0>(std::move(sockets)), std::get<0>(std::move(http)), std::get<0>(std::move(stores))};
}

}  // namespace policyd
