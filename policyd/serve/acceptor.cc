#include "policyd/serve/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>

namespace policyd::serve {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kRetry{100};
// Descriptors for stores, DNS, log and HTTP: all but the connections of Postfix.
constexpr std::size_t kOtherDescriptors = 256;

void Tune(int fd) {
  // Answers are small and Postfix waits for them; the kernel notices a peer that vanished silently.
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

}  // namespace

Acceptor::Acceptor(uv_loop_t* loop, std::vector<ListeningSocket> sockets, std::vector<std::unique_ptr<Worker>>& workers,
                   std::size_t max_connections, runtime::Log& log)
    : sockets_(std::move(sockets)),
      workers_(workers),
      max_connections_(max_connections),
      log_(log),
      retry_(loop, [this] { Resume(); }) {
  for (const ListeningSocket& socket : sockets_) {
    const int fd = socket.fd();
    polls_.push_back(std::make_unique<runtime::Poll>(loop, fd, [this, fd](int, int) { Accept(fd); }));
  }
  Watch(true);
}

void Acceptor::Watch(bool accepts) {
  is_paused_ = !accepts;
  for (const auto& poll : polls_) poll->Start(accepts ? UV_READABLE : 0);
}

void Acceptor::Accept(int listening_fd) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (Connections() >= max_connections_) return Watch(false);
    const int fd = accept4(listening_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Tune(fd);
      WorkerWithFewest().Give(fd);
      continue;
    }
    const bool lacks_descriptors = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (!lacks_descriptors) return;
    WarnOfPause(std::strerror(errno));
    retry_.Start(kRetry);
    return Watch(false);
  }
}

void Acceptor::LeavePassed() {
  std::vector<ListeningSocket> ours;
  std::vector<std::unique_ptr<runtime::Poll>> polls_of_ours;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    if (sockets_[i].is_passed()) continue;
    ours.push_back(std::move(sockets_[i]));
    polls_of_ours.push_back(std::move(polls_[i]));
  }
  polls_.swap(polls_of_ours);
  polls_of_ours.clear();  // before the descriptors that they watch are closed
  sockets_.swap(ours);
}

void Acceptor::AcceptRest() {
  for (const ListeningSocket& socket : sockets_) Accept(socket.fd());
}

// Once a minute: while it lasts, it happens ten times a second.
void Acceptor::WarnOfPause(const char* reason) {
  constexpr std::chrono::minutes kBetween{1};
  ++pauses_;
  const auto now = std::chrono::steady_clock::now();
  if (warned_ && now - *warned_ < kBetween) return;
  warned_ = now;
  log_.Write(runtime::LogLevel::kWarning, "accepting_pauses", {{"reason", reason}, {"times", std::to_string(pauses_)}});
  pauses_ = 0;
}

void Acceptor::Resume() {
  if (is_paused_ && Connections() < max_connections_) Watch(true);
}

Worker& Acceptor::WorkerWithFewest() {
  return **std::min_element(workers_.begin(), workers_.end(),
                            [](const auto& a, const auto& b) { return a->connections() < b->connections(); });
}

std::size_t Acceptor::Connections() const {
  std::size_t count = 0;
  for (const auto& worker : workers_) count += worker->connections();
  return count;
}

// The open descriptors of this process.
std::size_t OpenDescriptors() {
  std::error_code fault;
  const std::filesystem::directory_iterator all("/proc/self/fd", fault);
  return fault ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t DescriptorBudget(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, wanted + kOtherDescriptors));
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  // Open connections stay open; half of a small rest is for DNS over TCP, HTTP and files that are read again.
  const std::size_t left = limit.rlim_cur - std::min<std::size_t>(OpenDescriptors(), limit.rlim_cur - 1);
  return std::clamp<std::size_t>(left - std::min(kOtherDescriptors, left / 2), 1, wanted);
}

}  // namespace policyd::serve
