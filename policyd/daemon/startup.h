// Opens what the daemon needs before it runs: the listening sockets, which may need root, then the stores, as their
// owner.
//
// A passed socket takes the place of the addresses in policy_service.listen that it covers, and is listened on where it
// covers none; the others are opened.  One named "http", or at http.listen, is the socket of HTTP;
// one named "why", or at why.listen, that of the page for those turned away.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "cache/stores.h"
#include "cache/writer.h"
#include "policyd/config/config.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/listener.h"
#include "policyd/serve/systemd_sockets.h"

namespace policyd::daemon {

struct Opened {
  std::vector<serve::ListeningSocket> sockets;
  std::optional<serve::ListeningSocket> http;
  std::optional<serve::ListeningSocket> why;  // the page for those turned away
  std::unique_ptr<cache::Stores> stores;
};

// Or the exit status (sysexits.h; 75: another daemon runs on this store), with the reason in the log.
std::variant<Opened, int> Open(const config::Config& config, std::vector<serve::PassedSocket> passed,
                               runtime::Log& log);

// What the writer and the tests of lists begin with.
cache::WriterSettings WriterSettingsOf(const config::Config& config);
std::vector<cache::ZoneStateRow> ZoneStatesOf(const cache::Stores& stores);

}  // namespace policyd::daemon
