// One connection to the engine: commands go out in order, replies come back in order.
//
// The transport is ours, so that nothing waits without an end: a connection that is not made in time, or a reply that
// does not come in time, closes it.  What waits to be sent is bounded.  Nothing is tried again here: see Link.
//
// Belongs to its loop's thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "policyd/config/config.h"
#include "policyd/runtime/clock.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/shared/resp.h"
#include "policyd/shared/trouble.h"

namespace policyd::shared {

class Channel {
 public:
  // A command that is not answered because the channel closes gets null.
  using Callback = std::function<void(const Reply*)>;
  // Why it closed, with what the system or the engine says of it.  Called once, as the last of all; never from inside
  // a call of ours.
  using Closed = std::function<void(Trouble trouble, const std::string& text)>;

  struct Limits {
    std::chrono::milliseconds patience{1000};  // for the connection, and for each reply
    std::size_t most_bytes = 1 << 20;          // that wait to be sent
    std::size_t most_commands = 4096;          // that wait for their reply
  };

  Channel(uv_loop_t* loop, const config::Endpoint& server, const Limits& limits, Closed closed);
  // Tells nobody anything any more.
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // False where too much waits already: the command is not taken, and `answered` never called.  May be called before
  // the connection is made.
  bool Send(std::span<const std::string_view> words, Callback answered);
  // Closes it for this reason; commands that wait are told so, from the loop.
  void End(Trouble trouble, const std::string& text) { Close(trouble, text); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    runtime::Deadline until;
    Callback answered;
  };

  void Connect(const config::Endpoint& server);
  void Happened(int status, int events);
  void Connected();
  void Read();
  void TakeReplies();
  void Write();
  void Watch();
  void Close(Trouble trouble, std::string text);
  void Tell();

  const Limits limits_;
  Closed closed_;
  int fd_ = -1;
  bool is_connected_ = false;
  bool is_closed_ = false;
  Trouble trouble_ = Trouble::kNone;
  std::string text_;
  std::string unsent_;
  std::deque<Waiting> waiting_;
  ReplyReader reader_;
  std::unique_ptr<runtime::Poll> poll_;
  runtime::Timer patience_;                                        // of what waits longest
  runtime::Timer end_;                                             // tells of the end, from the loop
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);  // a callback may destroy us
};

}  // namespace policyd::shared
