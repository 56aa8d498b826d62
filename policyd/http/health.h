// The pages for programs that watch the daemon: /metrics, /healthz and /readyz.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policyd/http/exchange.h"

namespace policyd::http {

// Called from the server's own thread.
struct HealthSources {
  std::function<std::string()> metrics;                   // Prometheus text format
  std::function<std::optional<std::string>()> not_ready;  // why not, in one line; nothing where ready
  // What it is ready in spite of, in one line.  The answer stays 200: mail goes on, and who takes us out of service
  // for less than that stops it.
  std::function<std::optional<std::string>()> degraded{};
  std::function<std::optional<std::string>()> not_alive;  // likewise
};

std::vector<Route> HealthRoutes(const HealthSources& sources);

}  // namespace policyd::http
