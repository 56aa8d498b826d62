#include "policyd/http/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "policyd/http/connections.h"

namespace policyd::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kWithoutDescriptors{50};  // until it is tried again

struct Reply {
  unsigned status = MHD_HTTP_OK;
  const char* content_type = "text/plain; charset=utf-8";
  std::string body;
};

Reply HealthReply(const std::function<std::optional<std::string>()>& why_not) {
  if (auto why = why_not()) return {.status = MHD_HTTP_SERVICE_UNAVAILABLE, .body = *std::move(why) + "\n"};
  return {.body = "ok\n"};
}

Reply ReadyReply(const Pages& pages) {
  Reply reply = HealthReply(pages.not_ready);
  if (reply.status != MHD_HTTP_OK || !pages.degraded) return reply;
  if (const auto degraded = pages.degraded()) reply.body = "degraded: " + *degraded + "\n";
  return reply;
}

Reply ReplyTo(const Pages& pages, std::string_view method, std::string_view path) {
  if (method != "GET") return {.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "only GET is answered\n"};
  if (path == "/metrics") return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = pages.metrics()};
  if (path == "/healthz") return HealthReply(pages.not_alive);
  if (path == "/readyz") return ReadyReply(pages);
  return {.status = MHD_HTTP_NOT_FOUND, .body = "there are /metrics, /healthz and /readyz\n"};
}

MHD_Result Send(MHD_Connection* connection, const Reply& reply) {
  MHD_Response* response =
      MHD_create_response_from_buffer(reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
  if (!response) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", reply.content_type);
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "Connection", "close");
  if (reply.status == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(response, "Allow", "GET");
  const MHD_Result queued = MHD_queue_response(connection, reply.status, response);
  MHD_destroy_response(response);
  return queued;
}

// A descriptor of ours; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  void Replace(int fd) {
    Close();
    fd_ = fd;
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

int OpenSpare() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

class HttpServer::Serving {
 public:
  Serving(serve::ListeningSocket socket, Pages pages)
      : socket_(std::move(socket)), pages_(std::move(pages)), wake_(eventfd(0, EFD_CLOEXEC)), spare_(OpenSpare()) {
    daemon_ = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, nullptr, nullptr, Answer, this,
                               MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(2 * kMostConnections),
                               MHD_OPTION_NOTIFY_CONNECTION, Notify, this, MHD_OPTION_END);
    if (is_started()) thread_ = std::jthread([this](const std::stop_token& is_stopped) { Run(is_stopped); });
  }
  ~Serving() {
    if (!is_started()) return;
    thread_.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    thread_.join();
    MHD_stop_daemon(daemon_);
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  bool is_started() const { return daemon_ && wake_.get() >= 0; }
  int fd() const { return socket_.fd(); }

 private:
  void Run(const std::stop_token& is_stopped) {
    const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    const int epoll = info->epoll_fd;
    while (!is_stopped.stop_requested()) {
      std::array<pollfd, 3> waits{{{wake_.get(), POLLIN, 0}, {epoll, POLLIN, 0}, {socket_.fd(), POLLIN, 0}}};
      // The last one only where there are descriptors for what comes.
      poll(waits.data(), is_short_ ? 2 : 3, TimeToWait());
      if (spare_.get() < 0) spare_.Replace(OpenSpare());
      is_short_ = false;
      if (waits[2].revents != 0) AcceptAll();
      next_deadline_ = connections_.GiveUpBefore(Clock::now() - kPatience);
      MHD_run(daemon_);
    }
  }

  int TimeToWait() const {
    milliseconds wait{is_short_ ? kWithoutDescriptors : milliseconds{60'000}};
    MHD_UNSIGNED_LONG_LONG theirs = 0;
    if (MHD_get_timeout(daemon_, &theirs) == MHD_YES) wait = std::min(wait, milliseconds{theirs});
    if (next_deadline_) {
      const auto left = std::chrono::ceil<milliseconds>(*next_deadline_ + kPatience - Clock::now());
      wait = std::clamp(left, milliseconds{1}, wait);
    }
    return static_cast<int>(wait.count());
  }

  // One after the other is answered before the next is taken: of a flood each has its turn.
  void AcceptAll() {
    for (std::size_t i = 0; i < kMostConnections; ++i) {
      sockaddr_storage peer{};
      socklen_t size = sizeof peer;
      const int fd = AcceptOne(peer, size);
      if (fd < 0) return;
      if (connections_.size() >= kMostConnections) connections_.GiveUpOne();
      MHD_run(daemon_);
      MHD_add_connection(daemon_, fd, reinterpret_cast<const sockaddr*>(&peer), size);
      MHD_run(daemon_);
    }
  }

  // Without descriptors the spare one makes room; then the oldest connection does.
  int AcceptOne(sockaddr_storage& peer, socklen_t& size) {
    const auto accept_now = [&] {
      size = sizeof peer;
      return accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    };
    const int fd = accept_now();
    if (fd >= 0 || (errno != EMFILE && errno != ENFILE)) return fd;
    // The kernel looks for a descriptor before it looks for a connection.
    pollfd waits{socket_.fd(), POLLIN, 0};
    if (poll(&waits, 1, 0) <= 0) return -1;
    if (spare_.get() < 0 && connections_.size() > 0) {
      connections_.GiveUpOne();
      MHD_run(daemon_);
    }
    spare_.Close();
    is_short_ = true;
    return accept_now();
  }

  static void Notify(void* self, MHD_Connection* connection, void**, MHD_ConnectionNotificationCode what) {
    auto* serving = static_cast<Serving*>(self);
    const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) return serving->connections_.Remove(fd);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size);
    const Clock::time_point now = Clock::now();
    serving->connections_.Add(fd, PeerOf(peer), now);
    if (!serving->next_deadline_) serving->next_deadline_ = now;
  }

  // A body is not waited for: no page takes one.
  static MHD_Result Answer(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                           const char*, std::size_t*, void**) {
    return Send(connection, ReplyTo(static_cast<const Serving*>(self)->pages_, method, url));
  }

  const serve::ListeningSocket socket_;
  const Pages pages_;
  Descriptor wake_;
  Descriptor spare_;
  MHD_Daemon* daemon_ = nullptr;
  Connections connections_;
  std::optional<Clock::time_point> next_deadline_;  // when the oldest connection began
  bool is_short_ = false;                           // of descriptors, just now
  std::jthread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Serving> serving) : serving_(std::move(serving)) {}

HttpServer::~HttpServer() = default;

rules::Result<std::unique_ptr<HttpServer>> HttpServer::Start(serve::ListeningSocket socket, Pages pages) {
  auto serving = std::make_unique<Serving>(std::move(socket), std::move(pages));
  if (!serving->is_started()) return rules::Error{"http.listen: the server does not start: no descriptors left"};
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(serving)));
}

std::uint16_t HttpServer::port() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(serving_->fd(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  switch (bound.ss_family) {
    case AF_INET:
      return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
    case AF_INET6:
      return ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
    default:
      return 0;
  }
}

}  // namespace policyd::http
