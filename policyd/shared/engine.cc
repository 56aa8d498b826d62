#include "policyd/shared/engine.h"

#include <thread>
#include <utility>
#include <variant>

#include "cache/locked.h"
#include "policyd/runtime/loop_queue.h"

namespace policyd::shared {

std::string_view EngineState::Name() const {
  if (is_ready) return "ready";
  return trouble == Trouble::kNone || RowOf(trouble).is_absence ? "connecting" : "refused";
}

EngineState StateOf(const LinkState& reading, const LinkState& writing) {
  if (reading.is_ready && writing.is_ready) return {.is_ready = true, .server = writing.server};
  const auto weight = [](const LinkState& link) {
    if (link.trouble == Trouble::kNone) return 0;
    return RowOf(link.trouble).is_absence ? 1 : 2;
  };
  const LinkState& speaks = weight(reading) > weight(writing) ? reading : writing;
  return {.trouble = speaks.trouble, .is_ready = false, .server = speaks.server, .text = speaks.text};
}

struct Engine::Running {
  Running(const config::SharedSettings& shared, Changed told, const Link::Pace& pace)
      : settings(shared),
        changed(std::move(told)),
        stop(loop.get(), [this](std::monostate&) { loop.Stop(); }),
        reading(loop.get(), settings, Link::Use::kReading, pace, [this](const LinkState&) { Note(); }),
        writing(loop.get(), settings, Link::Use::kWriting, pace, [this](const LinkState&) { Note(); }),
        thread([this] { loop.Run(); }) {}
  ~Running() {
    stop.Post({});
    thread.join();
  }

  void Note() {
    const EngineState now = StateOf(reading.state(), writing.state());
    bool is_news = false;
    {
      const auto known = state.Lock();
      is_news = known->trouble != now.trouble || known->is_ready != now.is_ready;
      if (*known != now) *known = now;
    }
    if (is_news) changed(now);
  }

  const config::SharedSettings settings;
  const Changed changed;
  cache::Locked<EngineState> state;
  runtime::Loop loop;
  runtime::LoopQueue<std::monostate> stop;
  Link reading, writing;
  std::thread thread;
};

Engine::Engine(const config::SharedSettings& settings, Changed changed, const Link::Pace& pace)
    : running_(std::make_unique<Running>(settings, std::move(changed), pace)) {}

Engine::~Engine() = default;

EngineState Engine::state() const {
  return *running_->state.Lock();
}

}  // namespace policyd::shared
