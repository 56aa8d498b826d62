#include "policyd/serve/session.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace policyd::serve {

Session::Session(uv_loop_t* loop, int fd, Host& host) : host_(host), fd_(fd) {
  poll_.emplace(loop, fd, [this](int status, int) {
    try {
      OnReady(status);
    } catch (const std::bad_alloc&) {
      FailOpen();
    }
  });
  WatchNext();
}

Session::~Session() {
  poll_.reset();  // before close(): another thread may get the same number at once
  close(fd_);
}

void Session::OnReady(int status) {
  if (is_gone_) return;
  if (status < 0) return Close();
  Send();
  if (is_gone_) return;
  if (has_hung_up_) return ReadToEnd();
  if (inquiry_) return Watch(0);  // more than one request at a time, or the end: later
  if (Read()) Process();
}

// Returns false where the session is gone.
bool Session::Read() {
  std::array<char, 16 * 1024> bytes;
  const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
  if (count > 0) {
    reader_.Feed({bytes.data(), static_cast<std::size_t>(count)});
    return true;
  }
  if (count == 0) {
    has_ended_ = true;
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) return true;
  Close();
  return false;
}

// Takes requests until one is under way, the answer cannot be sent, or the input ends.
void Session::Process() {
  while (!is_gone_ && !inquiry_ && output_.empty()) {
    const ProtocolReader::Event event = reader_.Next();
    if (const auto* broken = std::get_if<ProtocolReader::Broken>(&event)) {
      host_.Complain(broken->why);
      return Close();
    }
    const auto* attributes = std::get_if<ProtocolReader::Attributes>(&event);
    if (!attributes) break;
    request_began_.reset();
    has_asked_ = true;
    rules::ParseRequest(*attributes, request_);
    BeginInquiry();
  }
  if (is_gone_) return;
  const bool is_idle = !inquiry_ && output_.empty();
  if (is_idle && has_ended_) return Close();
  // A peer that has just connected is about to send a request.
  if (is_idle && is_draining_ && has_asked_ && reader_.is_empty()) return HangUp();
  if (is_idle && !reader_.is_empty() && !request_began_) request_began_ = std::chrono::steady_clock::now();
  WatchNext();
}

void Session::BeginInquiry() {
  const runtime::Deadline now = std::chrono::steady_clock::now();
  is_asking_ = true;
  FindMessage(now);
  host_.Begin(inquiry_, request_, message_, now);
  inquiry_->Start();
  if (!inquiry_->finished()) return host_.Waits(*this);
  Settle();
}

void Session::FindMessage(runtime::Deadline now) {
  const bool is_same =
      !request_.instance.empty() && request_.instance == message_.instance && now - message_.last_used < kMessageIdle;
  if (!is_same) message_.Begin(request_.instance);
  message_.last_used = now;
}

void Session::Resume() {
  Settle();
  if (!is_gone_) Process();
}

void Session::Settle() {
  if (!inquiry_->finished()) return;
  host_.Finished(*inquiry_);
  // The message is over: nothing of it is handed on.
  if (request_.state == rules::ProtocolState::kEndOfMessage) message_.recipients.clear();
  output_.assign("action=").append(inquiry_->finished()->reply).append("\n\n");
  inquiry_.reset();
  is_asking_ = false;
  Send();
}

void Session::Send() {
  if (output_.empty()) return;
  const ssize_t count = send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    output_.erase(0, static_cast<std::size_t>(count));
  } else if (errno != EAGAIN && errno != EINTR) {
    return Close();
  }
}

// A slow reader can make us hold one answer only: nothing more is read until it is sent.  While an inquiry is under way
// reading goes on: a peer that keeps to the protocol sends nothing then.
void Session::WatchNext() {
  NoteHeld();
  if (!output_.empty()) return Watch(UV_WRITABLE);
  Watch(has_ended_ ? 0 : UV_READABLE);
}

void Session::NoteHeld() {
  const std::size_t held = inquiry_ ? 0 : reader_.unread();
  if (held == held_bytes_) return;
  host_.HeldMore(static_cast<std::ptrdiff_t>(held) - static_cast<std::ptrdiff_t>(held_bytes_));
  held_bytes_ = held;
}

// Nothing here allocates memory.
void Session::FailOpen() {
  if (is_gone_) return;
  constexpr std::string_view kPass = "action=DUNNO\n\n";
  host_.LackedMemory();
  if (is_asking_) {
    // An answer that cannot be sent now is lost with the connection: the peer asks again.
    [[maybe_unused]] const ssize_t sent = send(fd_, kPass.data(), kPass.size(), MSG_NOSIGNAL);
  }
  Close();
}

// libuv takes the descriptor out of epoll and puts it back for every start: two system calls.
void Session::Watch(int events) {
  if (events == watched_) return;
  watched_ = events;
  poll_->Start(events);
}

void Session::Drain(std::chrono::milliseconds first_request_may_take) {
  is_draining_ = true;
  gone_by_ = std::chrono::steady_clock::now() + first_request_may_take;
  const bool is_idle = !inquiry_ && output_.empty();
  if (is_idle && Read()) Process();
}

void Session::CheckDrained(runtime::Deadline now) {
  if (gone_by_ && now >= *gone_by_ && !inquiry_) Close();
}

// An idle peer sees the end and connects anew for its next request.
void Session::HangUp() {
  if (std::exchange(has_hung_up_, true)) return;
  gone_by_ = std::chrono::steady_clock::now() + kHangUpMayTake;
  shutdown(fd_, SHUT_WR);
  Watch(UV_READABLE);
}

void Session::ReadToEnd() {
  std::array<char, 16 * 1024> ignored;
  const ssize_t count = recv(fd_, ignored.data(), ignored.size(), 0);
  const bool goes_on = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  if (!goes_on) Close();
}

void Session::CheckPatience(runtime::Deadline now) {
  if (!request_began_ || now - *request_began_ < kRequestMayTake) return;
  host_.Complain("a whole request within 10 s");
  Close();
}

void Session::Close() {
  if (std::exchange(is_gone_, true)) return;
  poll_->Start(0);
  inquiry_.reset();
  host_.HeldMore(-static_cast<std::ptrdiff_t>(std::exchange(held_bytes_, 0)));
  host_.Gone(*this);
}

}  // namespace policyd::serve
