// What the daemon opens before it runs: the listening sockets, which may need root, then the stores, as their owner.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "cache/stores.h"
#include "policyd/config/config.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/listener.h"

namespace policyd {

struct Opened {
  std::vector<serve::ListeningSocket> sockets;
  std::optional<serve::ListeningSocket> http;
  std::unique_ptr<cache::Stores> stores;
};

// Or the exit status (sysexits.h; 75: another daemon runs on this store), with the reason in the log.
std::variant<Opened, int> Open(const Config& config, Log& log);

}  // namespace policyd
