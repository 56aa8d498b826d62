// One policy connection of the load generator: a request, its answer, the next request.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/socket_address.h"

namespace bench {

using Clock = std::chrono::steady_clock;

class Connection {
 public:
  // Blocks until the server has taken the connection; is_open() tells whether it did.
  explicit Connection(const SocketAddress& address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool is_free() const { return !began_; }
  int fd() const { return fd_; }

  // `began`: when the request was due, which in an open loop may be earlier than now.  REQUIRES: is_free().
  void Send(std::string_view request, Clock::time_point began);

  struct Answer {
    std::string_view text;  // until the next Send()
    Clock::time_point began;
  };
  // Reads what is there; the answer where it is whole.  Closed by the server: is_open() turns false.
  std::optional<Answer> Receive();

 private:
  void Close();

  int fd_;
  std::optional<Clock::time_point> began_;
  std::array<char, 1024> bytes_;
  std::size_t size_ = 0;
};

}  // namespace bench
