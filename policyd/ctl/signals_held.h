// Holds SIGINT, SIGTERM and SIGTSTP back while it lives.
//
// For the time of a write transaction: a tool stopped with Ctrl-Z inside one would keep the writer's lock, and the
// daemon waiting, for as long as the shell sleeps.
#pragma once

#include <csignal>

namespace policyd::ctl {

class SignalsHeld {
 public:
  SignalsHeld();
  ~SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

}  // namespace policyd::ctl
