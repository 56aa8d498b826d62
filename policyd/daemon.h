// The daemon: wires the parts together, owns the main loop, its signals and the configuration in force.
#pragma once

#include <string>

#include "policyd/clock.h"
#include "policyd/config.h"
#include "policyd/log.h"

namespace policyd {

struct DaemonStart {
  std::string config_file;
  bool is_default_file = false;
  Config config;
  const WallClock& clock;
  Log& log;
};

// Runs until SIGTERM or SIGINT; returns the exit status (sysexits.h; 75: it runs already).
int RunDaemon(DaemonStart start);

}  // namespace policyd
