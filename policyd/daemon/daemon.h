// The daemon: wires the parts together, owns the main loop, its signals and the configuration in force.
#pragma once

#include <pthread.h>

#include <csignal>
#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/systemd_sockets.h"

namespace policyd::daemon {

struct DaemonStart {
  std::string config_file;
  bool is_default_file = false;
  config::Config config;
  std::vector<serve::PassedSocket> passed;
  const runtime::WallClock& clock;
  runtime::Log& log;
};

// Runs until SIGTERM or SIGINT; returns the exit status (sysexits.h; 75: it runs already).
int RunDaemon(DaemonStart start);

// The signals that end or reload the daemon are held back until it listens for them.  To the first process of a
// container the kernel delivers nothing that it does not catch: a SIGTERM that comes before would be lost.
inline void ChangeHeldSignals(int how) {
  sigset_t held;
  sigemptyset(&held);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held, number);
  pthread_sigmask(how, &held, nullptr);
}

// Both from the main thread; threads that are started between the two hear none of them.
inline void HoldSignals() {
  ChangeHeldSignals(SIG_BLOCK);
}
inline void ReleaseSignals() {
  ChangeHeldSignals(SIG_UNBLOCK);
}

}  // namespace policyd::daemon
