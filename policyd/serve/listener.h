// Listening sockets: bound before root is dropped, so that a UNIX socket may stand in Postfix's private directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "policyd/config/config.h"

namespace policyd::serve {

// An open, listening, non-blocking socket that nobody inherits; closed by the destructor.
class ListeningSocket {
 public:
  struct Error {
    bool is_in_use = false;  // somebody answers there: another daemon
    std::string message;
  };

  // A UNIX socket gets mode 0666; a dead one in the way is removed.  REQUIRES: no other thread makes files.
  static std::variant<ListeningSocket, Error> Open(const Endpoint& endpoint);
  // Why it could not be opened, or nothing.  Leaves no trace: nobody can connect, no file is made or removed.
  static std::optional<Error> Try(const Endpoint& endpoint);

  ListeningSocket(ListeningSocket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const { return fd_; }

 private:
  explicit ListeningSocket(int fd) : fd_(fd) {}
  static std::variant<ListeningSocket, Error> Bind(const Endpoint& endpoint);

  int fd_;
};

}  // namespace policyd::serve
