// Connections as they come to a listening socket, also where this process has no descriptor left for them.
//
// Belongs to the server's thread.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>

#include "rules/values/ip_address.h"

namespace policyd::http {

// A descriptor of ours; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  void Replace(int fd);
  void Close();

 private:
  int fd_;
};

struct Peer {
  int fd = -1;  // whoever takes it closes it
  sockaddr_storage address{};
  socklen_t size = sizeof(sockaddr_storage);
};

// Nothing of a UNIX socket.
std::optional<rules::IpAddress> AddressOf(const sockaddr& address);

class Door {
 public:
  explicit Door(int listening);

  // Nothing where nobody waits.  A spare descriptor lets the first in where there is none left; where that is gone,
  // too, `make_room` is to close one.
  std::optional<Peer> LetIn(const std::function<void()>& make_room);
  // Without descriptors nobody is to be waited for until some time has passed; then this is called.
  bool is_short() const { return is_short_; }
  void TryAgain();

 private:
  int Accept(Peer& peer) const;

  const int listening_;
  Descriptor spare_;
  bool is_short_ = false;
};

}  // namespace policyd::http
