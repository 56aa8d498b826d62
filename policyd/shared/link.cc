#include "policyd/shared/link.h"

#include <algorithm>
#include <utility>

namespace policyd::shared {
namespace {

Trouble JudgeError(const Reply& reply) {
  return reply.is_error() ? TroubleOf(reply.text) : Trouble::kNone;
}

Trouble JudgeStatus(const Reply& reply, std::string_view want) {
  if (reply.is_error()) return TroubleOf(reply.text);
  return reply.kind == Reply::Kind::kStatus && reply.text == want ? Trouble::kNone : Trouble::kProtocol;
}

Trouble JudgeInfo(const Reply& reply) {
  if (reply.is_error()) return TroubleOf(reply.text);
  return reply.kind == Reply::Kind::kText ? TroubleOfInfo(reply.text) : Trouble::kProtocol;
}

}  // namespace

Link::Link(uv_loop_t* loop, const config::SharedSettings& settings, Use use, const Pace& pace, Changed changed)
    : loop_(loop),
      settings_(settings),
      use_(use),
      pace_(pace),
      changed_(std::move(changed)),
      probe_(settings.prefix + "probe"),
      timer_(loop, [this] {
        if (state_.is_ready) {
          Look();
        } else {
          Begin();
        }
      }) {
  Begin();
}

Link::~Link() = default;

bool Link::Send(std::span<const std::string_view> words, Channel::Callback answered) {
  if (!state_.is_ready) return false;
  return channel_->Send(words, [this, answered = std::move(answered)](const Reply* reply) {
    answered(reply);
    const Trouble trouble = reply && reply->is_error() ? TroubleOf(reply->text) : Trouble::kNone;
    // An error that we do not know is of this command alone.
    if (trouble != Trouble::kNone && trouble != Trouble::kOther) channel_->End(trouble, reply->text);
  });
}

void Link::Begin() {
  channel_ = std::make_unique<Channel>(loop_, settings_.servers[server_], pace_.limits,
                                       [this](Trouble trouble, const std::string& text) { Ended(trouble, text); });
  Greet();
}

// All at once: the first answer that is wrong ends it.
void Link::Greet() {
  if (settings_.password) {
    std::vector<std::string_view> words{"AUTH"};
    if (!settings_.user.empty()) words.emplace_back(settings_.user);
    words.emplace_back(*settings_.password);
    AskFor(std::move(words), [](const Reply& reply) {
      const Trouble trouble = JudgeStatus(reply, "OK");
      return trouble == Trouble::kOther ? Trouble::kPassword : trouble;
    });
  }
  AskFor({"PING"}, [](const Reply& reply) { return JudgeStatus(reply, "PONG"); });
  AskFor({"INFO"}, JudgeInfo);
  AskFor({"ROLE"}, TroubleOfRole);
  Probe([this] { Ready(); });
}

void Link::AskFor(std::vector<std::string_view> words, std::function<Trouble(const Reply&)> judge,
                  std::function<void()> well) {
  const bool is_sent =
      channel_->Send(words, [this, judge = std::move(judge), well = std::move(well)](const Reply* reply) {
        if (!reply) return;
        const Trouble trouble = judge(*reply);
        if (trouble != Trouble::kNone) return channel_->End(trouble, reply->is_error() ? reply->text : std::string());
        if (well) well();
      });
  // So much waits that the engine cannot be well.
  if (!is_sent) channel_->End(Trouble::kSilent, "too much waits for it");
}

// Whether it takes a write is known by a write alone: a full memory, a failed snapshot and missing replicas refuse
// nothing else.
void Link::Probe(std::function<void()> well) {
  if (use_ == Use::kReading) return AskFor({"GET", probe_}, JudgeError, std::move(well));
  AskFor(
      {"SET", probe_, "1", "PX", "60000"}, [](const Reply& reply) { return JudgeStatus(reply, "OK"); },
      std::move(well));
}

void Link::Ready() {
  Note({.is_ready = true, .server = settings_.servers[server_].ToString()});
  timer_.Start(pace_.look_every);
}

// Who became a replica still answers what is read.
void Link::Look() {
  AskFor({"ROLE"}, TroubleOfRole);
  Probe([this] {
    rounds_ = 0;
    timer_.Start(pace_.look_every);
  });
}

void Link::Ended(Trouble trouble, const std::string& text) {
  const std::string server = settings_.servers[server_].ToString();
  const bool was_ready = state_.is_ready;
  channel_.reset();
  // After a working one ended the first is the first choice again.
  server_ = was_ready ? 0 : (server_ + 1) % settings_.servers.size();
  if (!was_ready && server_ != 0) return timer_.Start({});  // the others are tried before anything is said
  const auto pause = PauseAfter(trouble);
  timer_.Start(pause);
  Note({.is_ready = false, .trouble = trouble, .server = server, .text = text});
}

std::chrono::milliseconds Link::PauseAfter(Trouble trouble) {
  auto pause = pace_.first_pause;
  for (unsigned i = 0; i < rounds_ && pause < pace_.longest_pause; ++i) pause *= 2;
  ++rounds_;
  pause = std::min(pause, pace_.longest_pause);
  if (RowOf(trouble).needs_person) pause = pace_.pause_for_person;
  // Between half of it and all: hosts that lost the engine together do not come back together.
  const auto count = static_cast<unsigned>(std::max<std::int64_t>(pause.count(), 2));
  return std::chrono::milliseconds(count / 2 + random_() % (count / 2 + 1));
}

void Link::Note(LinkState state) {
  if (state == state_) return;
  state_ = std::move(state);
  changed_(state_);
}

}  // namespace policyd::shared
