// Serves one connection of Postfix: requests in, answers out, strictly one at a time.
//
// Where there is no memory for a request, it passes and the connection is closed.
//
// Belongs to its worker's thread.  Never closes an idle connection (Postfix pays a second for that) before the daemon
// stops, never sends a stray byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "policyd/runtime/uv_handle.h"
#include "policyd/serve/inquiry.h"
#include "policyd/serve/mail_context.h"
#include "policyd/serve/protocol.h"

namespace policyd::serve {

// A request that has begun must be whole by then: a client that drips bytes holds a descriptor for nothing.
inline constexpr std::chrono::seconds kRequestMayTake{10};

// While the daemon stops: a request may come so long after the connection (Postfix asks at once, but on a busy machine
// that was seen to take more than 300 ms); and a peer that was told that no more will come may take so long to hang up.
// (A socket that is closed with unread bytes takes the last answer back from its reader.)
inline constexpr std::chrono::milliseconds kFirstRequestMayTake{1500};
inline constexpr std::chrono::milliseconds kHangUpMayTake{100};

class Session {
 public:
  // What a session needs of its worker.
  class Host {
   public:
    virtual ~Host() = default;
    // Makes the inquiry, where it is to stand.
    virtual void Begin(std::optional<Inquiry>& inquiry, rules::Request& request, MailContext& message,
                       runtime::Deadline now) = 0;
    // Its inquiry is still under way: what comes for it later is to find the session.
    virtual void Waits(Session& session) = 0;
    virtual void Finished(const Inquiry& inquiry) = 0;
    virtual void Complain(std::string_view expected) = 0;
    // The part of a request that waits for its rest takes so many bytes more.
    virtual void HeldMore(std::ptrdiff_t bytes) = 0;
    virtual void LackedMemory() = 0;
    // The session is of no more use: destroyed on the loop's next turn.
    virtual void Gone(Session& session) = 0;
  };

  // Owns `fd`, a connected stream that does not block.
  Session(uv_loop_t* loop, int fd, Host& host);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Something came for the inquiry under way: where that brought it to its end, answers and goes on.  REQUIRES: there
  // is one.
  void Resume();
  Inquiry& inquiry() { return *inquiry_; }
  MailContext& message() { return message_; }

  // Answers what is in flight and what is just arriving, then is gone.
  void Drain(std::chrono::milliseconds first_request_may_take);
  // Is gone where that takes too long.
  void CheckDrained(runtime::Deadline now);
  // Gone: for want of memory the request under way passes.
  void FailOpen();
  void Close();
  std::size_t held_bytes() const { return held_bytes_; }  // of a part of a request
  // Gone where a request has begun long ago.
  void CheckPatience(runtime::Deadline now);

 private:
  void OnReady(int status);
  bool Read();
  void Process();
  void BeginInquiry();
  void Settle();
  void NoteHeld();
  void FindMessage(runtime::Deadline now);
  void Send();
  void WatchNext();
  void Watch(int events);
  void HangUp();
  void ReadToEnd();

  Host& host_;
  const int fd_;
  ProtocolReader reader_;
  rules::Request request_;
  MailContext message_;  // that the request is about
  std::optional<Inquiry> inquiry_;
  std::string output_;
  std::optional<runtime::Deadline> request_began_;
  std::optional<runtime::Deadline> gone_by_;  // while draining
  std::size_t held_bytes_ = 0;
  int watched_ = 0;         // events of libuv
  bool is_asking_ = false;  // a request waits for its answer
  bool is_draining_ = false;
  bool has_asked_ = false;
  bool has_hung_up_ = false;  // nothing more is sent, and what comes is not answered
  bool has_ended_ = false;    // the peer sends no more
  bool is_gone_ = false;
  std::optional<runtime::Poll> poll_;
};

}  // namespace policyd::serve
