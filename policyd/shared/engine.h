// The engine (Redis or Valkey) as the daemon has it: a thread with a loop of its own, and two connections, one for
// reading and one for writing.  Nothing in the daemon waits for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "policyd/config/config.h"
#include "policyd/shared/link.h"
#include "policyd/shared/trouble.h"

namespace policyd::shared {

struct EngineState {
  Trouble trouble = Trouble::kNone;
  bool is_ready = false;  // for reading and writing
  std::string server{};   // that this is said of; empty before one was reached, or failed
  std::string text{};

  bool operator==(const EngineState&) const = default;
  // "connecting", "ready" or "refused".
  std::string_view Name() const;
};

// Of both connections: the one with the trouble that needs more attention speaks.  Pure.
EngineState StateOf(const LinkState& reading, const LinkState& writing);

class Engine {
 public:
  // On the engine's thread, when the state has changed; not where only the words of the same trouble have.
  using Changed = std::function<void(const EngineState&)>;

  // REQUIRES: settings.is_on().
  Engine(const config::SharedSettings& settings, Changed changed, const Link::Pace& pace = {});
  // Ends the thread.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // From any thread.
  EngineState state() const;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace policyd::shared
