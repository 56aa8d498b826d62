#include "policyd/dns/resolver.h"

#include <algorithm>
#include <utility>

#include "policyd/dns/wire/dns_query.h"

namespace policyd::dns {
namespace {

using std::chrono::milliseconds;
using Status = DnsReply::Status;

constexpr milliseconds kTick{10};
constexpr milliseconds kSlowTick{100};  // while nothing but a probe is waited for
constexpr milliseconds kBeforeDeadline = 3 * kTick;
constexpr milliseconds kDoubtAfter{1000};   // of a reverse zone: that its server lives must be known by the deadline
constexpr milliseconds kErrorProven{1000};  // an error is the name's fault where the server resolved so short ago
constexpr std::size_t kCaseBytes = 16;      // the bits are used again after 128 letters

runtime::Deadline SteadyNow() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Resolver::Resolver(uv_loop_t* loop, const config::DnsSettings& settings, Events events)
    : Resolver(loop, settings, std::move(events), Ground()) {}

Resolver::Resolver(uv_loop_t* loop, const config::DnsSettings& settings, Events events, Ground ground)
    : loop_(loop),
      events_(std::move(events)),
      ground_(std::move(ground)),
      tick_(loop, [this] { Tick(); }),
      deferred_(loop, [this] { Settle(); }) {
  SetSettings(settings);
}

Resolver::~Resolver() = default;

void Resolver::Ask(const rules::DnsQuestion& question, const QuestionShare& share, runtime::Deadline deadline,
                   Callback callback) {
  if (!FitsTheWire(question.name)) {
    finished_.emplace_back(std::move(callback), Answer{});
    deferred_.Start(milliseconds(0));
    return;
  }
  const Number number = ++last_number_;
  Flight& flight = flights_
                       .emplace(number, Flight{.question = std::make_shared<const rules::DnsQuestion>(question),
                                               .share = share,
                                               .began = SteadyNow(),
                                               .deadline = deadline,
                                               .callback = std::move(callback),
                                               .tries_left = std::max(settings_.tries, 1U)})
                       .first->second;
  Enqueue(number, flight, SteadyNow());
}

void Resolver::Tick() {
  const runtime::Deadline now = SteadyNow();
  // Timers run before sockets: after a long turn the answers are there and not yet read.
  const bool is_late = now - std::exchange(last_tick_, now) > 3 * tick_interval_;
  if (is_late && !std::exchange(was_late_, true)) return;
  was_late_ = false;
  ExpireLines(now);
  ExpireWaiting(now);
  for (const FairQueue& queue : queues_) ExpireQueue(queue, now);
  bool is_watched = false;
  for (const auto* servers : {&servers_, &leaving_}) {
    for (const auto& server : *servers) {
      server->link->Tick();
      server->probe->Tick(now);
      is_watched |= servers == &servers_ && server->probe->health().is_watched();
    }
  }
  Settle();
  LetServersGo();
  if (!flights_.empty() || !attempts_.empty()) return;
  if (!is_watched) return tick_.Stop();
  if (tick_interval_ != kSlowTick) StartTick(kSlowTick, now);
}

void Resolver::TickOften(runtime::Deadline now) {
  if (!tick_.is_running() || tick_interval_ != kTick) StartTick(kTick, now);
}

void Resolver::StartTick(milliseconds every, runtime::Deadline now) {
  tick_interval_ = every;
  last_tick_ = now;
  tick_.Start(every, every);
}

void Resolver::Enqueue(Number number, Flight& flight, runtime::Deadline now) {
  if (flight.is_queued) return;
  const bool is_next = queues_[0].empty() && queues_[1].empty();
  if (!is_next || !SendNow(number, flight, now)) {
    flight.is_queued = true;
    QueueOf(flight.share).Add(flight.share.network, {flight.deadline, number});
    waiting_.emplace_back(now + settings_.timeout, number);
    Pump(now);
  }
  TickOften(now);
}

void Resolver::TryAgain(Number number, runtime::Deadline now) {
  Flight* flight = FindFlight(number);
  if (!flight || flight->is_queued || flight->is_held) return;
  flight->has_run_out = true;
  const bool is_last = --flight->tries_left == 0 || servers_are_down();
  if (is_last || (EndsByDeadline(*flight, now) && flight->deadline - now <= kBeforeDeadline)) {
    return Finish(number, flight->error);
  }
  Enqueue(number, *flight, now);
}

// An immediate error does not tell whose fault it is: it is the name's if the server resolves other names.
bool Resolver::HoldsForProbe(Number number, Flight& flight, Server& server, runtime::Deadline now) {
  const bool can_be_blamed = flight.share.question_class == QuestionClass::kReverse && !flight.is_truncated;
  if (!can_be_blamed || IsNamesFault(flight)) return false;
  server.probe->Doubt(now, now);
  if (!server.probe->health().is_probe_open()) return false;
  flight.is_held = true;
  server.held.push_back(number);
  return true;
}

void Resolver::FinishHeld(Server& server) {
  for (const Number number : std::exchange(server.held, {})) {
    const Flight* flight = FindFlight(number);
    if (flight && flight->is_held) Finish(number, flight->error);
  }
}

void Resolver::Finish(Number number, DnsReply reply) {
  const auto found = flights_.find(number);
  Flight& flight = found->second;
  if (flight.is_queued) QueueOf(flight.share).Remove({flight.deadline, number});
  Answer answer{.reply = std::move(reply), .was_sent = !flight.asked.empty()};
  const bool is_usable = answer.reply.status == Status::kPresent || answer.reply.status == Status::kAbsent;
  answer.server_answers_others = !is_usable && IsNamesFault(flight);
  finished_.emplace_back(std::move(flight.callback), std::move(answer));
  flights_.erase(found);
}

// Has a server that was asked resolved something since?  If it answered with an error, a moment before is enough.  A
// failure over TCP may be anybody's fault.
bool Resolver::IsNamesFault(const Flight& flight) const {
  if (flight.is_truncated) return false;
  // It was never sent because questions of its own network were before it: strangers choose how many there are.
  if (flight.asked.empty()) {
    const bool is_reverse = flight.share.question_class == QuestionClass::kReverse;
    return is_reverse && !servers_are_down() && proven_ && *proven_ >= flight.began;
  }
  const bool is_error = flight.error.status == Status::kError;
  const runtime::Deadline a_moment_ago = is_error ? SteadyNow() - kErrorProven : runtime::Deadline::max();
  return std::ranges::any_of(flight.asked, [a_moment_ago](const Flight::Asked& asked) {
    return asked.server->probe->health().IsProvenSince(std::min(asked.sent, a_moment_ago));
  });
}

void Resolver::Pump(runtime::Deadline now) {
  for (;;) {
    FairQueue* first = queues_.data();
    FairQueue* second = queues_.data() + 1;
    if (first->empty() || (!second->empty() && second->First() < first->First())) std::swap(first, second);
    if (!SendFirst(*first, now) && !SendFirst(*second, now)) return;
  }
}

bool Resolver::SendFirst(FairQueue& queue, runtime::Deadline now) {
  if (queue.empty()) return false;
  const FairQueue::Place place = queue.First();
  Flight& flight = flights_.at(place.second);
  if (!SendNow(place.second, flight, now)) return false;
  flight.is_queued = false;
  queue.Remove(place);
  return true;
}

bool Resolver::SendNow(Number number, Flight& flight, runtime::Deadline now) {
  Server* server = PickServer(flight);
  if (!server) return false;
  Send(*server, number, flight, now);
  return true;
}

// If a try of a reverse zone has timed out already, its silence must be known by the deadline: otherwise its owner
// would only have to answer the first try late.
bool Resolver::EndsByDeadline(const Flight& flight, runtime::Deadline now) const {
  return flight.has_run_out && flight.share.question_class == QuestionClass::kReverse && flight.deadline > now;
}

// The first server that is up, has room and was not asked this question yet; else one that was.  If all are down they
// take turns.
Resolver::Server* Resolver::PickServer(const Flight& flight) {
  const bool all_down = servers_are_down();
  const std::size_t first = all_down ? ++turn_ % servers_.size() : 0;
  Server* second_choice = nullptr;  // one that did not answer its last probe; else one that was asked this already
  bool is_new = false;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server* server = servers_[(first + i) % servers_.size()].get();
    if (server->is_down() != all_down) continue;
    if (!server->load.HasRoom(flight.share.question_class, all_down)) continue;
    const bool is_new_here = std::ranges::find(flight.asked, server, &Flight::Asked::server) == flight.asked.end();
    if (is_new_here && !server->probe->health().is_suspect()) return server;
    if (second_choice && (is_new || !is_new_here)) continue;
    second_choice = server;
    is_new = is_new_here;
  }
  return second_choice;
}

bool Resolver::HasAnotherServer(const Flight& flight) const {
  return std::ranges::any_of(servers_, [&](const auto& server) {
    return !server->is_down() &&
           std::ranges::find(flight.asked, server.get(), &Flight::Asked::server) == flight.asked.end();
  });
}

void Resolver::Send(Server& server, Number number, Flight& flight, runtime::Deadline now) {
  auto asked = std::ranges::find(flight.asked, &server, &Flight::Asked::server);
  if (asked == flight.asked.end()) asked = flight.asked.insert(asked, {.server = &server, .sent = now});

  const auto query = QueryFor(server, *flight.question);
  const Number attempt = ++last_number_;
  attempts_.emplace(attempt, Attempt{.flight = number,
                                     .server = &server,
                                     .share = flight.share,
                                     .question = flight.question,
                                     .query = server.letter_case.turns() ? query : std::vector<std::uint8_t>(),
                                     .doubtful_since = asked->sent,
                                     .has_edns = server.link->speaks_edns()});
  server.load.Sent(flight.share.question_class);
  QueueOf(flight.share).Opened(flight.share.network);
  young_.emplace_back(now + ServerLoad::kYoung, attempt);
  const bool is_reverse = flight.share.question_class == QuestionClass::kReverse;
  unanswered_.emplace(now + (is_reverse ? std::min(settings_.timeout / 2, kDoubtAfter) : settings_.timeout / 2),
                      attempt);
  runtime::Deadline until = now + settings_.timeout;
  if (EndsByDeadline(flight, now)) until = std::min(until, std::max(flight.deadline - kBeforeDeadline, now));
  open_.emplace(until, attempt);
  server.link->Send(attempt, query);
}

std::vector<std::uint8_t> Resolver::QueryFor(const Server& server, const rules::DnsQuestion& question) {
  const auto random = random_.Take(2 + (server.letter_case.turns() ? kCaseBytes : 0));
  return BuildQuery(question, {.id = static_cast<std::uint16_t>(random[0] << 8U | random[1]),
                               .edns = server.link->speaks_edns(),
                               .case_bits = random.subspan(2)});
}

void Resolver::GiveUp(Number number, runtime::Deadline now) {
  const auto found = attempts_.find(number);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  const Number flight = attempt.flight;
  const bool is_waited_for = attempt.is_open;
  if (attempt.is_open) {
    if (!attempt.is_reported) attempt.server->link->GaveUp(number);
    if (!attempt.is_over_tcp) attempt.server->probe->Doubt(attempt.doubtful_since, now);
    Close(attempt);
  }
  if (attempt.is_reported) attempts_.erase(found);
  if (is_waited_for) TryAgain(flight, now);
}

void Resolver::Close(Attempt& attempt) {
  Age(attempt);
  if (!attempt.is_open) return;
  attempt.is_open = false;
  attempt.server->load.Closed(attempt.share.question_class);
  QueueOf(attempt.share).Closed(attempt.share.network);
}

void Resolver::Age(Attempt& attempt) {
  if (!attempt.is_young) return;
  attempt.is_young = false;
  attempt.server->load.Aged();
}

void Resolver::ExpireLines(runtime::Deadline now) {
  for (; !young_.empty() && young_.front().first <= now; young_.pop_front()) {
    const auto attempt = attempts_.find(young_.front().second);
    if (attempt != attempts_.end()) Age(attempt->second);
  }
  for (; !unanswered_.empty() && unanswered_.begin()->first <= now; unanswered_.erase(unanswered_.begin())) {
    const auto found = attempts_.find(unanswered_.begin()->second);
    if (found == attempts_.end() || !found->second.is_open || found->second.is_over_tcp) continue;
    found->second.server->probe->Doubt(found->second.doubtful_since, now);
  }
  while (!open_.empty() && open_.begin()->first <= now) {
    const Number number = open_.begin()->second;
    open_.erase(open_.begin());
    GiveUp(number, now);
  }
}

void Resolver::ExpireWaiting(runtime::Deadline now) {
  while (!waiting_.empty() && waiting_.front().first <= now) {
    const Number number = waiting_.front().second;
    waiting_.pop_front();
    const Flight* flight = FindFlight(number);
    if (!flight || !flight->is_queued) continue;
    if (servers_are_down()) {
      Finish(number, flight->error);
    } else {
      waiting_.emplace_back(now + settings_.timeout, number);
    }
  }
}

// A question that was sent already waits for another try beyond its deadline: its answer is kept for the next request.
void Resolver::ExpireQueue(const FairQueue& queue, runtime::Deadline now) {
  const auto& waiting = queue.waiting();
  for (auto at = waiting.begin(); at != waiting.end() && at->first.first <= now;) {
    const Number number = at->first.second;
    ++at;
    if (flights_.at(number).asked.empty()) Finish(number, {});
  }
}

void Resolver::Proven(runtime::Deadline when) {
  proven_ = when;
  if (events_.proven) events_.proven(when);
}

void Resolver::Settle() {
  Pump(SteadyNow());
  while (!finished_.empty()) {
    told_.swap(finished_);
    for (const auto& [callback, answer] : told_) callback(answer);
    told_.clear();
  }
  if (std::exchange(is_health_changed_, false) && events_.health_changed) events_.health_changed();
}

Resolver::Flight* Resolver::FindFlight(Number number) {
  const auto found = flights_.find(number);
  return found == flights_.end() ? nullptr : &found->second;
}

}  // namespace policyd::dns
