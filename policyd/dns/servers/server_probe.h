// Asks one name server its own question, when and as often as ServerHealth says.  Belongs to one loop's thread.
//
// A server that answers the one question with an error is asked the other at once: some refuse to speak of the root and
// resolve all else.  One that says to both that it cannot has not answered.
//
// Over a socket of its own and beside the limits of ServerLoad: what strangers fill or break is not in its way.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "policyd/dns/servers/name_server.h"
#include "policyd/dns/servers/server_health.h"
#include "policyd/dns/wire/dns_query.h"
#include "policyd/dns/wire/randomness.h"

namespace policyd::dns {

class ServerProbe {
 public:
  struct Events {
    std::function<void(bool is_down)> changed;
    std::function<void()> ended;                           // a probe was answered or ran out; never from inside Doubt()
    std::function<void(runtime::Deadline when)> proven{};  // may be empty
  };
  using MakeLink = std::function<std::unique_ptr<NameServer>(NameServer::Deliver)>;

  ServerProbe(const MakeLink& make_link, std::chrono::milliseconds timeout, Events events);
  void SetTimeout(std::chrono::milliseconds timeout, std::chrono::milliseconds patience);

  // As in ServerHealth; a probe that is due goes out at once.
  void Doubt(runtime::Deadline sent, runtime::Deadline now);
  void Answered(runtime::Deadline now, bool proves);
  void Tick(runtime::Deadline now);

  const ServerHealth& health() const { return health_; }

 private:
  void OnResult(const NameServer::Result& result, runtime::Deadline now);
  void OnReply(int rcode, bool is_of_last, runtime::Deadline now);
  void SendIfDue(runtime::Deadline now);
  void Send(ProbeQuestion question);
  void RunOut();
  template <class Change>
  void ChangeHealth(const Change& change);

  ServerHealth health_;
  std::chrono::milliseconds timeout_;
  Events events_;
  RandomBytes random_;
  std::uint64_t last_number_ = 0;                  // of a probe
  ProbeQuestion question_ = ProbeQuestion::kRoot;  // that it does not refuse, as far as we know
  bool was_refused_ = false;                       // the other question, in this probe
  runtime::Deadline sent_{};
  std::unique_ptr<NameServer> link_;
};

}  // namespace policyd::dns
