// Connections whose request has only begun to come: each waits here until its head is whole, and only one whose head
// is well formed (head.h) is handed on.
//
// A head is looked at and left in the socket, for the library to read.  One that is wrong is answered here; what still
// comes is then read and thrown away, as the answer of a connection that is closed with bytes in it gets lost.
// Belongs to the server's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "policyd/http/exchange.h"
#include "policyd/http/wire/connections.h"
#include "policyd/http/wire/door.h"

namespace policyd::http {

// A client that only sends, and then reads, hears why not: up to so much is read and dropped.
inline constexpr std::uint64_t kMostDropped = 16 * 1024 * 1024;

class Arrivals {
 public:
  // Takes the connection over.
  using HandOn = std::function<void(const Peer&)>;

  // Each connection stands in `connections`, which says when it has to go.
  Arrivals(Connections& connections, HandOn hand_on);
  ~Arrivals();
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // Readable when there is something to look at; -1 where there are no descriptors.
  int fd() const { return epoll_.get(); }
  // Takes the connection over; its head may have come already.
  void Add(const Peer& peer);
  void Look();

 private:
  struct Arrival {
    Peer peer;
    bool is_refused = false;
    std::uint64_t dropped = 0;  // since then
  };
  // Each of these may end it.
  void LookAt(Arrival& arrival, std::uint32_t events);
  void Refuse(Arrival& arrival, const HttpResponse& refusal, bool wants_body);
  void Pass(int fd);
  void Close(int fd);

  Connections& connections_;
  const HandOn hand_on_;
  Descriptor epoll_;
  std::map<int, Arrival> waiting_;
};

}  // namespace policyd::http
