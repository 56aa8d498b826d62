// Asks one name server its own question, when and as often as ServerHealth says.  Belongs to one loop's thread.
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
#include "policyd/dns/wire/random_bytes.h"

namespace policyd::dns {

class ServerProbe {
 public:
  struct Events {
    std::function<void(bool is_down)> changed;
    std::function<void()> ended;  // a probe was answered or ran out; never from inside Doubt()
  };
  using MakeLink = std::function<std::unique_ptr<NameServer>(NameServer::Deliver)>;

  ServerProbe(const MakeLink& make_link, std::chrono::milliseconds timeout, Events events);

  // As in ServerHealth; a probe that is due goes out at once.
  void Doubt(Deadline sent, Deadline now);
  void Answered(Deadline now, bool proves);
  void Tick(Deadline now);

  const ServerHealth& health() const { return health_; }

 private:
  void OnResult(const NameServer::Result& result, Deadline now);
  void SendIfDue(Deadline now);
  void RunOut();
  template <class Change>
  void ChangeHealth(const Change& change);

  ServerHealth health_;
  std::chrono::milliseconds timeout_;
  Events events_;
  RandomBytes random_;
  std::uint64_t last_number_ = 0;  // of a probe
  Deadline sent_{};
  std::unique_ptr<NameServer> link_;
};

}  // namespace policyd::dns
