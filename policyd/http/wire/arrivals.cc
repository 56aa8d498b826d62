#include "policyd/http/wire/arrivals.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "policyd/http/wire/answer.h"
#include "policyd/http/wire/head.h"

namespace policyd::http {
namespace {

// Told once for all bytes that came: those that were looked at stay in the socket.
constexpr std::uint32_t kWhenMoreComes = EPOLLIN | EPOLLRDHUP | EPOLLET;

bool Watch(int epoll, int how, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(epoll, how, fd, &event) == 0;
}

}  // namespace

Arrivals::Arrivals(Connections& connections, HandOn hand_on)
    : connections_(connections), hand_on_(std::move(hand_on)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Arrivals::~Arrivals() {
  while (!waiting_.empty()) Close(waiting_.begin()->first);
}

void Arrivals::Close(int fd) {
  waiting_.erase(fd);
  connections_.Remove(fd);
  close(fd);
}

void Arrivals::Add(const Peer& peer) {
  Arrival& arrival = waiting_[peer.fd] = {.peer = peer};
  if (!Watch(epoll_.get(), EPOLL_CTL_ADD, peer.fd, kWhenMoreComes)) return Close(peer.fd);
  LookAt(arrival, 0);
}

void Arrivals::Look() {
  std::array<epoll_event, 64> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto found = waiting_.find(events[static_cast<std::size_t>(i)].data.fd);
    if (found != waiting_.end()) LookAt(found->second, events[static_cast<std::size_t>(i)].events);
  }
}

void Arrivals::LookAt(Arrival& arrival, std::uint32_t events) {
  std::array<char, kMostOfHeaders> bytes{};
  const int fd = arrival.peer.fd;
  const int how = arrival.is_refused ? MSG_DONTWAIT : MSG_DONTWAIT | MSG_PEEK;
  const ssize_t count = recv(fd, bytes.data(), bytes.size(), how);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return Close(fd);
  if (arrival.is_refused) {
    arrival.dropped += static_cast<std::uint64_t>(count);
    return arrival.dropped > kMostDropped ? Close(fd) : void();
  }
  const Head head = JudgeHead({bytes.data(), static_cast<std::size_t>(count)});
  if (head.refusal) return Refuse(arrival, *head.refusal, head.wants_body);
  if (head.is_whole) return Pass(fd);
  const bool has_ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (has_ended) Close(fd);
}

// A new connection has room for the whole of so short an answer.
void Arrivals::Refuse(Arrival& arrival, const HttpResponse& refusal, bool wants_body) {
  const int fd = arrival.peer.fd;
  arrival.is_refused = true;
  const std::string answer = WholeAnswer(refusal, wants_body);
  const bool is_sent = send(fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  if (!is_sent || shutdown(fd, SHUT_WR) != 0 || !Watch(epoll_.get(), EPOLL_CTL_MOD, fd, EPOLLIN)) Close(fd);
}

void Arrivals::Pass(int fd) {
  const Peer peer = waiting_.at(fd).peer;
  waiting_.erase(fd);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  hand_on_(peer);
}

}  // namespace policyd::http
