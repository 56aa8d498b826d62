#include "policyd/http/wire/door.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <span>

namespace policyd::http {
namespace {

int OpenSpare() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

template <class Bytes>
rules::IpAddress AddressFrom(const Bytes& bytes) {
  return rules::IpAddress::FromBytes({reinterpret_cast<const std::uint8_t*>(&bytes), sizeof bytes});
}

}  // namespace

void Descriptor::Replace(int fd) {
  Close();
  fd_ = fd;
}

void Descriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::optional<rules::IpAddress> AddressOf(const sockaddr& address) {
  switch (address.sa_family) {
    case AF_INET:
      return AddressFrom(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    case AF_INET6:
      return AddressFrom(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
    default:
      return std::nullopt;
  }
}

Door::Door(int listening) : listening_(listening), spare_(OpenSpare()) {}

int Door::Accept(Peer& peer) const {
  peer.size = sizeof peer.address;
  peer.fd = accept4(listening_, reinterpret_cast<sockaddr*>(&peer.address), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return peer.fd;
}

std::optional<Peer> Door::LetIn(const std::function<void()>& make_room) {
  Peer peer;
  if (Accept(peer) >= 0) return peer;
  if (errno != EMFILE && errno != ENFILE) return std::nullopt;
  // The kernel looks for a descriptor before it looks for a connection.
  pollfd waits{listening_, POLLIN, 0};
  if (poll(&waits, 1, 0) <= 0) return std::nullopt;
  if (spare_.get() < 0) make_room();
  spare_.Close();
  is_short_ = true;
  if (Accept(peer) < 0) return std::nullopt;
  return peer;
}

void Door::TryAgain() {
  if (spare_.get() < 0) spare_.Replace(OpenSpare());
  is_short_ = false;
}

}  // namespace policyd::http
