// /proc/PID/stat = pid "(" name ")" state 18field start ...   start is the 22nd, in clock ticks since boot   proc(5)
#include "policyd/admin/status/running_daemon.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>

#include "policyd/runtime/file.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

std::optional<std::int64_t> NumberIn(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> BootTime() {
  constexpr std::string_view kKey = "btime ";
  const auto stat = runtime::ReadFile("/proc/stat");
  if (!stat) return std::nullopt;
  for (const std::string_view line : rules::SplitLines(*stat)) {
    if (line.starts_with(kKey)) return NumberIn(line.substr(kKey.size()));
  }
  return std::nullopt;
}

using Steady = std::chrono::steady_clock;

constexpr std::size_t kLongestAnswer = 64U << 10U;  // a daemon that says more is none of ours
constexpr std::size_t kLongestPage = 16U << 20U;

// A descriptor that is closed at the end of its scope.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

rules::Result<Address> AddressOf(const config::Endpoint& endpoint) {
  Address address;
  if (endpoint.is_unix) {
    auto* unix_address = reinterpret_cast<sockaddr_un*>(&address.bytes);
    if (endpoint.host.size() >= sizeof(unix_address->sun_path)) return rules::Error{"the path is too long"};
    unix_address->sun_family = AF_UNIX;
    std::memcpy(unix_address->sun_path, endpoint.host.c_str(), endpoint.host.size() + 1);
    address.size = sizeof(sockaddr_un);
    return address;
  }
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.bytes);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.bytes);
  if (inet_pton(AF_INET6, endpoint.host.c_str(), &v6->sin6_addr) != 1) {
    return rules::Error{"expected an IP address, got \"" + endpoint.host + "\""};
  }
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(endpoint.port);
  address.size = sizeof(sockaddr_in6);
  return address;
}

// Waits until the socket can do `events`; false at the deadline.
bool WaitFor(int fd, short events, Steady::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
    pollfd waited{.fd = fd, .events = events, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

rules::Error Failed(const char* step) {
  return rules::Error{std::string(step) + ": " + std::strerror(errno)};
}

rules::Status Connect(int fd, const Address& address, Steady::time_point deadline) {
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) == 0) return rules::Done{};
  if (errno != EINPROGRESS) return Failed("connect");
  if (!WaitFor(fd, POLLOUT, deadline)) return rules::Error{"connect: no answer in time"};
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return rules::Done{};
  errno = error;
  return Failed("connect");
}

rules::Status Send(int fd, std::string_view bytes, Steady::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Failed("send");
    } else if (!WaitFor(fd, POLLOUT, deadline)) {
      return rules::Error{"send: the request was not taken in time"};
    }
  }
  return rules::Done{};
}

rules::Result<std::string> ReceiveAnswer(int fd, Steady::time_point deadline) {
  std::string answer;
  while (answer.find("\n\n") == std::string::npos) {
    if (answer.size() > kLongestAnswer) return rules::Error{"expected one short answer, got more than 64 KiB"};
    if (!WaitFor(fd, POLLIN, deadline)) return rules::Error{"no answer in time"};
    char bytes[4096];
    const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    if (got > 0) answer.append(bytes, static_cast<std::size_t>(got));
    if (got == 0) return rules::Error{"the connection was closed before the answer"};
    if (got < 0 && errno != EAGAIN && errno != EINTR) return Failed("receive");
  }
  return answer.substr(0, answer.find("\n\n"));
}

rules::Result<std::string> ReceiveToEnd(int fd, Steady::time_point deadline) {
  std::string page;
  for (;;) {
    if (page.size() > kLongestPage) return rules::Error{"expected a page of at most 16 MiB"};
    if (!WaitFor(fd, POLLIN, deadline)) return rules::Error{"no answer in time"};
    char bytes[16384];
    const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    if (got == 0) return page;
    if (got > 0) page.append(bytes, static_cast<std::size_t>(got));
    if (got < 0 && errno != EAGAIN && errno != EINTR) return Failed("receive");
  }
}

using Receive = rules::Result<std::string> (*)(int fd, Steady::time_point deadline);

rules::Result<std::string> ExchangeWith(const config::Endpoint& endpoint, std::string_view request,
                                        Steady::time_point deadline, Receive receive) {
  const auto address = AddressOf(endpoint);
  if (!address) return address.error();
  const Socket socket(::socket(address->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) return Failed("socket");
  const auto connected = Connect(socket.fd(), *address, deadline);
  if (!connected) return connected.error();
  const auto sent = Send(socket.fd(), request, deadline);
  if (!sent) return sent.error();
  return receive(socket.fd(), deadline);
}

}  // namespace

bool IsDaemon(int pid) {
  const auto name = runtime::ReadFile("/proc/" + std::to_string(pid) + "/comm");
  return name && *name == "sekimorid\n";
}

std::optional<rules::TimePoint> StartedAt(int pid) {
  constexpr int kFieldsBetween = 20;  // behind the name, which may hold blanks
  const auto stat = runtime::ReadFile("/proc/" + std::to_string(pid) + "/stat");
  const auto booted = BootTime();
  const std::size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  const long ticks = sysconf(_SC_CLK_TCK);
  if (!booted || name_end == std::string::npos || ticks <= 0) return std::nullopt;
  std::string_view rest = std::string_view(*stat).substr(name_end + 1);
  for (int field = 0; field < kFieldsBetween; ++field) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(blank + 1);
  }
  const auto start = NumberIn(rest);
  if (!start) return std::nullopt;
  return rules::TimePoint{rules::seconds{*booted + *start / ticks}};
}

rules::Result<std::string> Exchange(const config::Endpoint& endpoint, std::string_view request,
                                    std::chrono::milliseconds patience) {
  auto answer = ExchangeWith(endpoint, request, Steady::now() + patience, ReceiveAnswer);
  if (!answer) return rules::Error{endpoint.ToString() + ": " + answer.error().message};
  return answer;
}

rules::Result<std::string> GetPage(const config::Config& config, std::string_view path,
                                   std::chrono::milliseconds patience) {
  const config::Endpoint& endpoint = *config.http;
  // HTTP/1.0: the end of the connection is the end of the page.
  const std::string host = endpoint.is_unix ? "localhost" : endpoint.ToString();
  // On loopback the token is not needed, and another program that listens there must not get it.
  const bool needs_token = !endpoint.is_loopback() && config.http_access.token.has_value();
  const std::string request = "GET " + std::string(path) + " HTTP/1.0\r\nHost: " + host +
                              (needs_token ? "\r\nAuthorization: Bearer " + *config.http_access.token : "") +
                              "\r\nConnection: close\r\n\r\n";
  auto page = ExchangeWith(endpoint, request, Steady::now() + patience, ReceiveToEnd);
  if (!page) return rules::Error{endpoint.ToString() + ": " + page.error().message};
  const std::size_t body = page->find("\r\n\r\n");
  if (!page->starts_with("HTTP/") || body == std::string::npos) {
    return rules::Error{endpoint.ToString() + ": expected an HTTP answer"};
  }
  std::string text = page->substr(body + 4);
  if (page->find(" 4") != page->find(' ')) return text;
  return rules::Error{endpoint.ToString() + ": " + std::string(rules::WithoutBlanksBehind(text))};
}

}  // namespace policyd::admin
