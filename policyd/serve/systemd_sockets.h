// Takes over listening sockets that a service manager opened and passed to this process: sd_listen_fds(3) by hand, as
// libsystemd would drag four compressors in.
//
// They are the descriptors from 3 on: $LISTEN_FDS says how many, $LISTEN_FDNAMES how their units name them, $LISTEN_PID
// which process is meant.  systemd keeps them open while the daemon restarts, so that nobody is refused meanwhile.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "rules/values/result.h"

namespace policyd::serve {

struct PassedSocket {
  int fd = -1;
  std::string name{};  // FileDescriptorName=; empty where there is none
  config::Endpoint endpoint;
  bool takes_ipv4 = false;  // an IPv6 socket that IPv4 clients reach, too (not IPV6_V6ONLY)

  // Every connection to `listen` reaches this socket: the same address, or every address of the machine.
  bool Covers(const config::Endpoint& listen) const;
};

inline constexpr int kFirstPassed = 3;

// Takes the variables out of the environment; nobody inherits the sockets, and they do not block.  None where
// $LISTEN_PID is not this process.  An error where one of them is no listening stream socket.
// REQUIRES: this process has one thread.
rules::Result<std::vector<PassedSocket>> TakePassedSockets(int first = kFirstPassed);

inline constexpr pid_t kServiceManager = 1;

// Whether the process has a listening socket that covers the address: systemd holds those of a service that does not
// run just now.  False where this process may not look, which only root may into others.
bool HoldsSocketFor(pid_t holder, const config::Endpoint& listen);

}  // namespace policyd::serve
