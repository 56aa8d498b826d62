// Accepts from every listening socket and gives each connection to the worker with the fewest.
//
// (SO_REUSEPORT and shared listeners deal 64 connections as 1:63.)  At max_connections, or without descriptors,
// accepting pauses: the kernel's queue waits; nothing is accepted to be closed.  Belongs to the main loop.
//
// No peer has a share of the connections: all that may connect are trusted (Postfix, on loopback or a socket with
// rights), and all of them are the same peer.  What strangers make it hold is bounded in waiting_shares.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "policyd/runtime/log.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/serve/listener.h"
#include "policyd/serve/worker.h"

namespace policyd::serve {

class Acceptor {
 public:
  Acceptor(uv_loop_t* loop, std::vector<ListeningSocket> sockets, std::vector<std::unique_ptr<Worker>>& workers,
           std::size_t max_connections, runtime::Log& log);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Sockets that were passed to us are left to our successor: what comes from now on waits for it in their queues.
  void LeavePassed();
  // Takes what waits in the kernel's queues, before they are closed.
  void AcceptRest();
  // A connection was closed somewhere: there may be room again.
  void Resume();

 private:
  void Accept(int listening_fd);
  void Watch(bool accepts);
  void WarnOfPause(const char* reason);
  Worker& WorkerWithFewest();
  std::size_t Connections() const;

  std::vector<ListeningSocket> sockets_;
  std::vector<std::unique_ptr<Worker>>& workers_;
  const std::size_t max_connections_;
  runtime::Log& log_;
  bool is_paused_ = false;
  std::size_t pauses_ = 0;  // for want of descriptors, since the last warning
  std::optional<std::chrono::steady_clock::time_point> warned_;
  runtime::Timer retry_;
  std::vector<std::unique_ptr<runtime::Poll>> polls_;  // of the sockets, in their order
};

// How many connections the limit on descriptors leaves room for beside what is open already, at most `wanted`; raises
// the limit as far as it may.
std::size_t DescriptorBudget(std::size_t wanted);

}  // namespace policyd::serve
