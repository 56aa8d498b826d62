#include "policyd/serve/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rules/values/ip_address.h"

namespace policyd::serve {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

template <class SocketAddress>
Address Store(const SocketAddress& socket_address) {
  Address address;
  std::memcpy(&address.storage, &socket_address, sizeof socket_address);
  address.length = sizeof socket_address;
  return address;
}

// An address without length: the path is too long.
Address UnixAddress(const std::string& path) {
  sockaddr_un un{};
  if (path.size() >= sizeof un.sun_path) return {};
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
  return Store(un);
}

Address InetAddress(const config::Endpoint& endpoint) {
  const auto ip = rules::IpAddress::Parse(endpoint.host);
  if (!ip) return {};
  if (ip->is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(endpoint.port);
    std::memcpy(&in.sin_addr, ip->bytes().data(), ip->bytes().size());
    return Store(in);
  }
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(endpoint.port);
  std::memcpy(&in6.sin6_addr, ip->bytes().data(), ip->bytes().size());
  return Store(in6);
}

int NewSocket(const Address& address) {
  return socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

// The socket is created with its mode: anybody with write access to the folder could redirect a later chmod by path.
// The mask is that of the whole process, so nothing else may create files meanwhile.
int BindFor(const config::Endpoint& endpoint, int fd, const Address& address) {
  if (!endpoint.is_unix) return bind(fd, address.get(), address.length);
  constexpr mode_t kNobodyExecutes = 0111;  // Postfix's smtpd runs as a user of its own: 0666
  const mode_t before = umask(kNobodyExecutes);
  const int result = bind(fd, address.get(), address.length);
  umask(before);
  return result;
}

constexpr const char* kSomebodyThere = "another process answers there, or it is no socket";

ListeningSocket::Error Failure(const config::Endpoint& endpoint, const std::string& why, bool is_in_use) {
  return {is_in_use, "cannot listen on " + endpoint.ToString() + ": " + why};
}

enum class InTheWay { kNothing, kDead, kAlive };

InTheWay WhoIsAt(const Address& address, const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return InTheWay::kNothing;
  if (!S_ISSOCK(status.st_mode)) return InTheWay::kAlive;
  const int probe = NewSocket(address);
  const bool is_alive = connect(probe, address.get(), address.length) == 0 || errno == EAGAIN;
  close(probe);
  return is_alive ? InTheWay::kAlive : InTheWay::kDead;
}

}  // namespace

std::variant<ListeningSocket, ListeningSocket::Error> ListeningSocket::Open(const config::Endpoint& endpoint) {
  auto bound = Bind(endpoint);
  auto* socket = std::get_if<ListeningSocket>(&bound);
  if (socket && listen(socket->fd_, SOMAXCONN) != 0)
    return Failure(endpoint, std::strerror(errno), errno == EADDRINUSE);
  return bound;
}

std::variant<ListeningSocket, ListeningSocket::Error> ListeningSocket::Bind(const config::Endpoint& endpoint) {
  const auto fail = [&](const std::string& why, bool is_in_use = false) { return Failure(endpoint, why, is_in_use); };
  const Address address = endpoint.is_unix ? UnixAddress(endpoint.host) : InetAddress(endpoint);
  if (address.length == 0) return fail(endpoint.is_unix ? "the path is too long" : "expected an IP address");

  if (endpoint.is_unix) {
    const InTheWay found = WhoIsAt(address, endpoint.host);
    if (found == InTheWay::kAlive) return fail(kSomebodyThere, true);
    if (found == InTheWay::kDead) unlink(endpoint.host.c_str());
  }
  ListeningSocket listening(NewSocket(address), endpoint, false);
  if (listening.fd_ < 0) return fail(std::strerror(errno));
  const int on = 1;
  if (!endpoint.is_unix) setsockopt(listening.fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (BindFor(endpoint, listening.fd_, address) != 0) return fail(std::strerror(errno), errno == EADDRINUSE);
  return listening;
}

std::optional<ListeningSocket::Error> ListeningSocket::Try(const config::Endpoint& endpoint) {
  if (!endpoint.is_unix) {
    auto bound = Bind(endpoint);
    auto* error = std::get_if<Error>(&bound);
    return error ? std::optional(std::move(*error)) : std::nullopt;
  }
  if (WhoIsAt(UnixAddress(endpoint.host), endpoint.host) == InTheWay::kAlive) {
    return Failure(endpoint, kSomebodyThere, true);
  }
  const std::string folder = endpoint.host.substr(0, std::max<std::size_t>(endpoint.host.rfind('/'), 1));
  if (access(folder.c_str(), W_OK | X_OK) == 0) return std::nullopt;
  return Failure(endpoint, folder + ": " + std::strerror(errno), false);
}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace policyd::serve
