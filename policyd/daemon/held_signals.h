// The signals that end or reload the daemon, held back until it listens for them.
//
// To the first process of a container the kernel delivers nothing that it does not catch: a SIGTERM that comes before
// would be lost.
#pragma once

#include <pthread.h>

#include <csignal>

namespace policyd {

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

}  // namespace policyd
