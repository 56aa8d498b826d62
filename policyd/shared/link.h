// Keeps one connection to the engine that is known to work: makes it, has itself let in, looks whether this is an
// engine that can be used, and makes it anew when it ends - soon at first, then less and less often, never in step with
// other hosts.
//
// There are two of them, so that writes that the engine holds up do not hold up reads.  What they look at is the same
// but for the last: the one for writing writes a key, the one for reading reads it.  Both want a master: a replica may
// be cut off, and say for hours what was.
//
// Belongs to its loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/runtime/uv_handle.h"
#include "policyd/shared/channel.h"
#include "policyd/shared/trouble.h"

namespace policyd::shared {

struct LinkState {
  bool is_ready = false;
  Trouble trouble = Trouble::kNone;  // of the last look at all servers; kNone before the first has ended
  std::string server{};              // that this is said of
  std::string text{};                // in the system's words, or the engine's

  bool operator==(const LinkState&) const = default;
};

class Link {
 public:
  enum class Use : std::uint8_t { kReading, kWriting };
  using Changed = std::function<void(const LinkState&)>;

  struct Pace {
    Channel::Limits limits{};
    std::chrono::milliseconds first_pause{100}, longest_pause{5000};
    std::chrono::milliseconds pause_for_person{30000};
    std::chrono::milliseconds look_every{5000};
  };

  // `settings` outlives it.  REQUIRES: settings.is_on().
  Link(uv_loop_t* loop, const config::SharedSettings& settings, Use use, const Pace& pace, Changed changed);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // As Channel::Send(); false where the link is not ready, too.
  bool Send(std::span<const std::string_view> words, Channel::Callback answered);
  const LinkState& state() const { return state_; }

 private:
  void Begin();
  void Greet();
  // A step of the greeting, or a later look; `judge` says what is wrong with the reply.
  void AskFor(std::vector<std::string_view> words, std::function<Trouble(const Reply&)> judge,
              std::function<void()> well = {});
  void Probe(std::function<void()> well);
  void Look();
  void Ready();
  void Ended(Trouble trouble, const std::string& text);
  void Note(LinkState state);
  std::chrono::milliseconds PauseAfter(Trouble trouble);

  uv_loop_t* loop_;
  const config::SharedSettings& settings_;
  const Use use_;
  const Pace pace_;
  const Changed changed_;
  const std::string probe_;  // a key
  LinkState state_;
  std::size_t server_ = 0;  // by number
  unsigned rounds_ = 0;     // in which no server could be used
  std::minstd_rand random_{std::random_device{}()};
  runtime::Timer timer_;  // to the next try, or the next look
  std::unique_ptr<Channel> channel_;
};

}  // namespace policyd::shared
