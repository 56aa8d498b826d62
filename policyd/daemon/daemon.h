// The daemon: wires the parts together, owns the main loop, its signals and the configuration in force.
#pragma once

#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/systemd_sockets.h"

namespace policyd {

struct DaemonStart {
  std::string config_file;
  bool is_default_file = false;
  Config config;
  std::vector<PassedSocket> passed;
  const WallClock& clock;
  Log& log;
};

// Runs until SIGTERM or SIGINT; returns the exit status (sysexits.h; 75: it runs already).
int RunDaemon(DaemonStart start);

}  // namespace policyd
