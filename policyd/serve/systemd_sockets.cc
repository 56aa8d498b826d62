#include "policyd/serve/systemd_sockets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "rules/values/ip_address.h"

namespace policyd::serve {
namespace {

constexpr int kMostPassed = 1024;

// Removed from the environment: the sockets are not for our children.
std::optional<std::string> Take(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value) return std::nullopt;
  std::string taken = value;
  unsetenv(variable);
  return taken;
}

template <class Number>
std::optional<Number> ToNumber(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// Takes what stands before the next colon.
std::string NextName(std::string_view& names) {
  const std::size_t colon = std::min(names.find(':'), names.size());
  std::string name(names.substr(0, colon));
  names.remove_prefix(std::min(colon + 1, names.size()));
  return name;
}

std::optional<int> OptionOf(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (getsockopt(fd, level, option, &value, &size) != 0) return std::nullopt;
  return value;
}

template <class Bytes>
std::string AddressText(const Bytes& address) {
  return rules::IpAddress::FromBytes({reinterpret_cast<const std::uint8_t*>(&address), sizeof address}).ToString();
}

// An abstract address begins with a zero byte, which is written as '@'.
std::string PathOf(const sockaddr_storage& address, socklen_t size) {
  const auto* un = reinterpret_cast<const sockaddr_un*>(&address);
  const std::size_t length = size - std::min<std::size_t>(size, offsetof(sockaddr_un, sun_path));
  std::string path(un->sun_path, length);
  if (!path.empty() && path[0] == '\0') {
    path[0] = '@';
    return path;
  }
  return path.substr(0, path.find('\0'));
}

std::optional<config::Endpoint> EndpointOf(const sockaddr_storage& address, socklen_t size) {
  switch (address.ss_family) {
    case AF_INET: {
      const auto* in = reinterpret_cast<const sockaddr_in*>(&address);
      return config::Endpoint{.is_unix = false, .host = AddressText(in->sin_addr), .port = ntohs(in->sin_port)};
    }
    case AF_INET6: {
      const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address);
      return config::Endpoint{.is_unix = false, .host = AddressText(in6->sin6_addr), .port = ntohs(in6->sin6_port)};
    }
    case AF_UNIX:
      return config::Endpoint{.is_unix = true, .host = PathOf(address, size)};
    default:
      return std::nullopt;
  }
}

bool MakeOurs(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

// If it is no listening stream socket, the error says what it is.
rules::Result<PassedSocket> LookAt(int fd) {
  const auto fault = [](std::string_view what) { return rules::Error{std::string(what)}; };
  const auto type = OptionOf(fd, SOL_SOCKET, SO_TYPE);
  if (!type) return fault(std::strerror(errno));
  if (type != SOCK_STREAM) return fault("a socket of another type");
  if (OptionOf(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1) return fault("one that does not listen");
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return fault(std::strerror(errno));
  const auto endpoint = EndpointOf(address, size);
  if (!endpoint) return fault("one that is neither IPv4, IPv6 nor UNIX");
  const bool is_dual = address.ss_family == AF_INET6 && OptionOf(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
  return PassedSocket{.fd = fd, .endpoint = *endpoint, .takes_ipv4 = is_dual};
}

rules::Result<PassedSocket> Adopt(int fd, std::string name) {
  auto socket = MakeOurs(fd) ? LookAt(fd) : rules::Result<PassedSocket>(rules::Error{std::strerror(errno)});
  if (!socket) {
    return rules::Error{
        fmt::format("descriptor {} ({}), passed by the service manager: expected a listening stream "
                    "socket (ListenStream=, Accept=no), got {}",
                    fd, name.empty() ? "without a name" : name, socket.error().message)};
  }
  socket->name = std::move(name);
  return socket;
}

bool IsSameFile(const std::string& a, const std::string& b) {
  struct stat about_a {
  }, about_b{};
  return stat(a.c_str(), &about_a) == 0 && stat(b.c_str(), &about_b) == 0 && about_a.st_dev == about_b.st_dev &&
         about_a.st_ino == about_b.st_ino;
}

}  // namespace

bool PassedSocket::Covers(const config::Endpoint& listen) const {
  if (endpoint.is_unix != listen.is_unix) return false;
  if (endpoint.is_unix) return endpoint.host == listen.host || IsSameFile(endpoint.host, listen.host);
  if (endpoint.port != listen.port) return false;
  const auto ours = rules::IpAddress::Parse(endpoint.host);
  const auto theirs = rules::IpAddress::Parse(listen.host);
  if (!ours || !theirs) return false;
  if (*ours == *theirs) return true;
  if (endpoint.host == "0.0.0.0") return theirs->is_v4();
  return endpoint.host == "::" && (takes_ipv4 || !theirs->is_v4());
}

rules::Result<std::vector<PassedSocket>> TakePassedSockets(int first) {
  const auto pid = Take("LISTEN_PID");
  const auto count = Take("LISTEN_FDS");
  const std::string all_names = Take("LISTEN_FDNAMES").value_or("");
  std::vector<PassedSocket> sockets;
  if (!pid || !count || ToNumber<pid_t>(*pid) != getpid()) return sockets;
  const auto number = ToNumber<int>(*count);
  if (!number || *number < 0 || *number > kMostPassed) {
    return rules::Error{fmt::format("$LISTEN_FDS: expected the number of passed sockets, got \"{}\"", *count)};
  }
  std::string_view names = all_names;
  for (int fd = first; fd < first + *number; ++fd) {
    auto socket = Adopt(fd, NextName(names));
    if (!socket) return rules::Error{socket.error()};
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

bool HoldsSocketFor(pid_t holder, const config::Endpoint& listen) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, holder, 0));
  if (process < 0) return false;
  bool holds = false;
  std::error_code fault;
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", holder), fault)) {
    const auto number = ToNumber<int>(entry.path().filename().string());
    const int copy = number ? static_cast<int>(syscall(SYS_pidfd_getfd, process, *number, 0)) : -1;
    if (copy < 0) continue;
    const auto socket = LookAt(copy);
    holds |= socket && socket->Covers(listen);
    close(copy);
  }
  close(process);
  return holds;
}

}  // namespace policyd::serve
