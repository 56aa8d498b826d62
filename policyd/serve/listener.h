// Opens listening sockets: passed by systemd, or bound before root is dropped, so that a UNIX socket may stand in
// Postfix's private directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "policyd/config/config.h"
#include "policyd/serve/systemd_sockets.h"

namespace policyd::serve {

// An open, listening, non-blocking socket that nobody inherits; closed by the destructor.
class ListeningSocket {
 public:
  struct Error {
    bool is_in_use = false;  // somebody answers there: another daemon
    std::string message;
  };

  // A UNIX socket gets mode 0666; a dead one in the way is removed.  REQUIRES: no other thread makes files.
  static std::variant<ListeningSocket, Error> Open(const config::Endpoint& endpoint);
  // Owns the descriptor; the service manager has one of its own, so that clients are not refused when this one is
  // closed.
  static ListeningSocket Adopt(const PassedSocket& passed) { return {passed.fd, passed.endpoint, true}; }
  // Why it could not be opened, or nothing.  Leaves no trace: nobody can connect, no file is made or removed.
  static std::optional<Error> Try(const config::Endpoint& endpoint);

  ListeningSocket(ListeningSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), endpoint_(std::move(other.endpoint_)), is_passed_(other.is_passed_) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const { return fd_; }
  const config::Endpoint& endpoint() const { return endpoint_; }
  bool is_passed() const { return is_passed_; }

 private:
  ListeningSocket(int fd, config::Endpoint endpoint, bool is_passed)
      : fd_(fd), endpoint_(std::move(endpoint)), is_passed_(is_passed) {}
  static std::variant<ListeningSocket, Error> Bind(const config::Endpoint& endpoint);

  int fd_;
  config::Endpoint endpoint_;
  bool is_passed_;
};

}  // namespace policyd::serve
