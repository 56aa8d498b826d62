#include "policyd/shared/channel.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace policyd::shared {
namespace {

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un path;
};

// The size of the address.  REQUIRES: the configuration was checked.
socklen_t Fill(const config::Endpoint& server, Address& address) {
  std::memset(&address, 0, sizeof(address));
  if (server.is_unix) {
    address.path.sun_family = AF_UNIX;
    server.host.copy(address.path.sun_path, sizeof(address.path.sun_path) - 1);
    return sizeof(address.path);
  }
  if (inet_pton(AF_INET, server.host.c_str(), &address.v4.sin_addr) == 1) {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(server.port);
    return sizeof(address.v4);
  }
  inet_pton(AF_INET6, server.host.c_str(), &address.v6.sin6_addr);
  address.v6.sin6_family = AF_INET6;
  address.v6.sin6_port = htons(server.port);
  return sizeof(address.v6);
}

int ErrorOf(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

Channel::Channel(uv_loop_t* loop, const config::Endpoint& server, const Limits& limits, Closed closed)
    : limits_(limits),
      closed_(std::move(closed)),
      patience_(loop,
                [this] { Close(Trouble::kSilent, is_connected_ ? "no reply in time" : "no connection in time"); }),
      end_(loop, [this] { Tell(); }) {
  Connect(server);
  if (fd_ < 0) return;
  poll_ = std::make_unique<runtime::Poll>(loop, fd_, [this](int status, int events) { Happened(status, events); });
  patience_.Start(limits_.patience);
  Watch();
}

Channel::~Channel() {
  *is_alive_ = false;
  poll_.reset();
  if (fd_ >= 0) close(fd_);
}

void Channel::Connect(const config::Endpoint& server) {
  Address address{};
  const socklen_t size = Fill(server, address);
  fd_ = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return Close(Trouble::kUnreachable, std::strerror(errno));
  const int yes = 1;
  if (!server.is_unix) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  if (connect(fd_, &address.any, size) == 0 || errno == EINPROGRESS) return;
  const int error = errno;
  close(std::exchange(fd_, -1));
  Close(Trouble::kUnreachable, std::strerror(error));
}

bool Channel::Send(std::span<const std::string_view> words, Callback answered) {
  if (is_closed_ || waiting_.size() >= limits_.most_commands) return false;
  const std::string command = PrintCommand(words);
  if (unsent_.size() + command.size() > limits_.most_bytes) return false;
  const bool was_idle = waiting_.empty() && is_connected_;
  unsent_ += command;
  waiting_.push_back({std::chrono::steady_clock::now() + limits_.patience, std::move(answered)});
  if (was_idle) patience_.Start(limits_.patience);
  Watch();
  return true;
}

void Channel::Watch() {
  if (!poll_) return;
  poll_->Start(UV_READABLE | (!is_connected_ || !unsent_.empty() ? UV_WRITABLE : 0));
}

void Channel::Happened(int status, int events) {
  const std::shared_ptr<bool> is_alive = is_alive_;
  if (status < 0) {
    // Of a refused connection libuv says EBADF.
    const int error = ErrorOf(fd_);
    return Close(Trouble::kUnreachable, error != 0 ? std::strerror(error) : uv_strerror(status));
  }
  if (!is_connected_) Connected();
  if (!is_closed_ && (events & UV_WRITABLE) != 0) Write();
  if (!is_closed_ && (events & UV_READABLE) != 0) Read();
  if (*is_alive && !is_closed_) Watch();
}

void Channel::Connected() {
  const int error = ErrorOf(fd_);
  if (error != 0) return Close(Trouble::kUnreachable, std::strerror(error));
  is_connected_ = true;
  if (waiting_.empty()) patience_.Stop();
}

void Channel::Write() {
  std::size_t sent = 0;
  while (sent < unsent_.size()) {
    const ssize_t count = send(fd_, unsent_.data() + sent, unsent_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) return Close(Trouble::kUnreachable, std::strerror(errno));
    if (count < 0) break;
    sent += static_cast<std::size_t>(count);
  }
  unsent_.erase(0, sent);
}

// One piece a turn: whoever sends without an end must not keep the loop.
void Channel::Read() {
  std::array<char, 65536> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): written by recv
  const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) return Close(Trouble::kUnreachable, std::strerror(errno));
  if (count == 0) return Close(Trouble::kUnreachable, "the engine closed the connection");
  reader_.Feed({bytes.data(), static_cast<std::size_t>(count)});
  TakeReplies();
}

void Channel::TakeReplies() {
  const std::shared_ptr<bool> is_alive = is_alive_;
  while (const auto reply = reader_.Next()) {
    // Where it may have no more clients, or wants a password of all, the engine speaks first.
    if (waiting_.empty()) {
      const Trouble trouble = reply->is_error() ? TroubleOf(reply->text) : Trouble::kProtocol;
      return Close(trouble, reply->text);
    }
    const Callback answered = std::move(waiting_.front().answered);
    waiting_.pop_front();
    answered(&*reply);
    if (!*is_alive || is_closed_) return;
  }
  if (reader_.is_broken()) return Close(Trouble::kProtocol, "what it sends are no replies");
  if (waiting_.empty()) return patience_.Stop();
  const auto left = waiting_.front().until - std::chrono::steady_clock::now();
  patience_.Start(std::chrono::ceil<std::chrono::milliseconds>(std::max(left, decltype(left)::zero())));
}

void Channel::Close(Trouble trouble, std::string text) {
  if (is_closed_) return;
  is_closed_ = true;
  trouble_ = trouble;
  text_ = std::move(text);
  patience_.Stop();
  poll_.reset();
  end_.Start({});
}

void Channel::Tell() {
  const std::shared_ptr<bool> is_alive = is_alive_;
  const auto waiting = std::exchange(waiting_, {});
  for (const Waiting& one : waiting) {
    one.answered(nullptr);
    if (!*is_alive) return;
  }
  // Who is told may destroy us.
  const Closed closed = std::move(closed_);
  const std::string text = std::move(text_);
  closed(trouble_, text);
}

}  // namespace policyd::shared
