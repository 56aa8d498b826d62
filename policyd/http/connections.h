// The connections of the HTTP server: how long each is there already, and which goes first when there are too many.
//
// Belongs to the server's thread.  The descriptors are libmicrohttpd's, which closes them: here they are only shut
// down, and it then sees their end.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>

namespace policyd::http {

// The same for all connections of one client: an IPv4 address, the /64 of an IPv6 address, "" of a UNIX socket.
std::string PeerOf(const sockaddr_storage& address);

class Connections {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void Add(int fd, std::string peer, Time began) { all_.push_back({fd, std::move(peer), began}); }
  void Remove(int fd);
  std::size_t size() const { return all_.size(); }

  // Shuts down the oldest connection of the peer that has the most.  REQUIRES: there is one.
  void GiveUpOne();
  // Shuts down those that began before; returns when the oldest of the others did.
  std::optional<Time> GiveUpBefore(Time time);

 private:
  struct Connection {
    int fd = -1;
    std::string peer;
    Time began;
    bool is_given_up = false;
  };
  static void GiveUp(Connection& connection);

  std::list<Connection> all_;  // the oldest first
};

}  // namespace policyd::http
