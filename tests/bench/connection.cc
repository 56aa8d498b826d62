#include "tests/bench/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace bench {

Connection::Connection(const SocketAddress& address) : fd_(address.NewSocket()) {
  if (fd_ < 0) return;
  if (connect(fd_, address.get(), address.length) != 0) {
    Close();
    return;
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a UNIX socket, which needs none
}

Connection::~Connection() {
  Close();
}

void Connection::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

// A request is far smaller than a socket's buffer: it goes in one piece.
void Connection::Send(std::string_view request, Clock::time_point began) {
  began_ = began;
  size_ = 0;
  if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) Close();
}

std::optional<Connection::Answer> Connection::Receive() {
  const ssize_t count = recv(fd_, bytes_.data() + size_, bytes_.size() - size_, MSG_DONTWAIT);
  if (count <= 0) {
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) Close();
    return std::nullopt;
  }
  size_ += static_cast<std::size_t>(count);
  const std::string_view text(bytes_.data(), size_);
  if (!began_ || !text.ends_with("\n\n")) return std::nullopt;
  return Answer{text, *std::exchange(began_, std::nullopt)};
}

}  // namespace bench
