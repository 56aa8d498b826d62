// The connections of the HTTP server: how long each is there already, and which goes first when there are too many.
//
// Belongs to the server's thread.  The descriptors are libmicrohttpd's, which closes them: here they are only shut
// down, and it then sees their end.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>

namespace policyd::http {

class Connections {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void Add(int fd, std::string peer, Time began) { all_.push_back({fd, std::move(peer), began}); }
  void Remove(int fd);
  // Its request has come: it is not given up, however long the answer takes to be made.
  void Hold(int fd);
  // The answer is there: the time to send it begins.
  void Release(int fd, Time now);
  std::size_t size() const { return all_.size(); }

  // Shuts down the oldest connection of the peer that has the most, of those that are not held.
  void GiveUpOne();
  // Shuts down those that began before and are not held; returns when the oldest of the others did.
  std::optional<Time> GiveUpBefore(Time time);

 private:
  struct Connection {
    int fd = -1;
    std::string peer;
    Time began;
    bool is_given_up = false;
    bool is_held = false;

    bool can_go() const { return !is_given_up && !is_held; }
  };
  std::list<Connection>::iterator Find(int fd);
  static void GiveUp(Connection& connection);

  std::list<Connection> all_;  // the oldest first
};

}  // namespace policyd::http
