#include "policyd/dns/asker.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "policyd/dns/dns_query.h"

namespace policyd::dns {
namespace {

using std::chrono::milliseconds;
using Status = DnsReply::Status;

constexpr milliseconds kTick{10};
constexpr std::size_t kCaseBytes = 16;  // the bits are used again after 128 letters

Deadline Now() {
  return std::chrono::steady_clock::now();
}

// What a server that does not know EDNS may say to it: FORMERR, NOTIMP, BADVERS.
bool BlamesEdns(const DnsReply& reply) {
  return reply.status == Status::kError && (reply.rcode == 1 || reply.rcode == 4 || reply.rcode == 16);
}

}  // namespace

Asker::Asker(uv_loop_t* loop, const DnsSettings& settings, ResolverEvents events, const MakeServer& make_server)
    : settings_(settings),
      events_(std::move(events)),
      tick_(loop, [this] { Tick(); }),
      deferred_(loop, [this] { Settle(); }) {
  assert(!settings.servers.empty() && "who asks needs somebody to ask");
  // Also a late answer to the first try is of use while the last one is out.
  const milliseconds patience = settings.timeout * std::max(settings.tries, 1U);
  for (const Endpoint& endpoint : settings.servers) {
    servers_.push_back(std::make_unique<Server>(Server{.endpoint = endpoint,
                                                       .load = ServerLoad(settings.in_flight),
                                                       .letter_case = LetterCase(endpoint.is_loopback())}));
    servers_.back()->link = make_server(loop, endpoint, patience, [this](std::span<const NameServer::Result> results) {
      const Deadline now = Now();
      for (const NameServer::Result& result : results) OnResult(result, now);
      Settle();
    });
  }
}

Asker::~Asker() = default;

void Asker::Ask(const rules::DnsQuestion& question, QuestionClass question_class, Deadline deadline,
                Callback callback) {
  if (!FitsTheWire(question.name)) {
    finished_.emplace_back(std::move(callback), Answer{});
    deferred_.Start(milliseconds(0));
    return;
  }
  const Number number = ++last_number_;
  Flight& flight = flights_[number];
  flight.question = std::make_shared<const rules::DnsQuestion>(question);
  flight.question_class = question_class;
  flight.deadline = deadline;
  flight.callback = std::move(callback);
  flight.tries_left = std::max(settings_.tries, 1U);
  Enqueue(number, flight, Now());
}

bool Asker::servers_are_down() const {
  return std::ranges::all_of(servers_, [](const auto& server) { return server->health.is_down(); });
}

void Asker::OnResult(const NameServer::Result& result, Deadline now) {
  const auto found = attempts_.find(result.attempt);
  if (found == attempts_.end()) return;
  switch (result.outcome) {
    case NameServer::Result::Outcome::kReply: {
      Attempt attempt = std::move(found->second);
      attempts_.erase(found);
      const bool is_late = !attempt.is_open;
      Close(attempt);
      attempt.is_open = !is_late;
      OnReply(attempt, result.message, now);
      break;
    }
    case NameServer::Result::Outcome::kRefused:
      // Its number, not `found`: what is sent meanwhile may move the table.
      OnRefused(found->second, now);
      if (!attempts_.at(result.attempt).is_open) attempts_.erase(result.attempt);
      break;
    case NameServer::Result::Outcome::kLost:
      found->second.is_reported = true;
      GiveUp(result.attempt, now);
      break;
  }
}

// `attempt` is closed; its is_open says whether the question still waited for it.
void Asker::OnReply(const Attempt& attempt, const std::vector<std::uint8_t>& message, Deadline now) {
  DnsReply reply = ParseReply(message, *attempt.question);
  if (reply.status == Status::kNotAnAnswer || !HasRightCase(attempt, message)) return OnNonsense(attempt, now);
  Server& server = *attempt.server;
  CountAnswered(server, now);
  if (reply.status != Status::kPresent && reply.status != Status::kAbsent) return OnError(attempt, reply, now);
  ++server.usable_answers;
  if (FindFlight(attempt.flight)) Finish(attempt.flight, std::move(reply));
}

// Asked again at once, as a forger may have been quicker than the server; then it counts as a time-out.
void Asker::OnNonsense(const Attempt& attempt, Deadline now) {
  Flight* flight = FindFlight(attempt.flight);
  if (!flight || attempt.is_probe || !attempt.is_open) return;
  if (flight->repeats_left > 0) {
    --flight->repeats_left;
    return Enqueue(attempt.flight, *flight, now);
  }
  CountUnanswered(attempt, now);
  TryAgain(attempt.flight, now);
}

void Asker::OnError(const Attempt& attempt, const DnsReply& reply, Deadline now) {
  const bool blames_edns = attempt.has_edns && BlamesEdns(reply);
  if (blames_edns) attempt.server->link->StopEdns();
  Flight* flight = FindFlight(attempt.flight);
  if (!flight || attempt.is_probe) return;
  flight->error = reply;
  if (!attempt.is_open) return;
  if (blames_edns && flight->repeats_left > 0) {
    --flight->repeats_left;
    return Enqueue(attempt.flight, *flight, now);
  }
  if (HasAnotherServer(*flight)) return Enqueue(attempt.flight, *flight, now);
  Finish(attempt.flight, reply);
}

// Another server is asked at once.  Without one the time-out is waited for: this one may be starting.
void Asker::OnRefused(Attempt& attempt, Deadline now) {
  attempt.is_reported = true;
  CountUnanswered(attempt, now);
  Flight* flight = FindFlight(attempt.flight);
  if (flight && !attempt.is_probe && attempt.is_open && !HasAnotherServer(*flight)) return Age(attempt);
  const bool is_waited_for = flight && !attempt.is_probe && attempt.is_open;
  Close(attempt);
  if (is_waited_for) Enqueue(attempt.flight, *flight, now);
}

void Asker::Tick() {
  const Deadline now = Now();
  // Timers run before sockets: after a long turn the answers are there and not yet read.
  const bool is_late = now - std::exchange(last_tick_, now) > 3 * kTick;
  if (is_late && !std::exchange(was_late_, true)) return;
  was_late_ = false;
  ExpireLines(now);
  for (Queue& queue : queues_) ExpireQueue(queue, now);
  for (const auto& server : servers_) server->link->Tick();
  Settle();
  if (flights_.empty() && attempts_.empty()) tick_.Stop();
}

void Asker::Enqueue(Number number, Flight& flight, Deadline now) {
  if (flight.is_queued) return;
  const bool is_next = queues_[0].empty() && queues_[1].empty();
  if (!is_next || !SendNow(number, flight, now)) {
    flight.is_queued = true;
    queues_[static_cast<std::size_t>(flight.question_class)].emplace(std::pair(flight.deadline, number), &flight);
    waiting_.emplace_back(now + settings_.timeout, number);
    Pump(now);
  }
  if (tick_.is_running()) return;
  last_tick_ = now;
  tick_.Start(kTick, kTick);
}

void Asker::TryAgain(Number number, Deadline now) {
  Flight* flight = FindFlight(number);
  if (!flight || flight->is_queued) return;
  if (--flight->tries_left == 0 || servers_are_down()) return Finish(number, flight->error);
  Enqueue(number, *flight, now);
}

void Asker::Finish(Number number, DnsReply reply) {
  const auto found = flights_.find(number);
  Flight& flight = found->second;
  if (flight.is_queued) {
    queues_[static_cast<std::size_t>(flight.question_class)].erase(std::pair(flight.deadline, number));
  }
  Answer answer{.reply = std::move(reply), .was_sent = !flight.asked.empty()};
  const bool is_usable = answer.reply.status == Status::kPresent || answer.reply.status == Status::kAbsent;
  answer.server_answers_others = !is_usable && std::ranges::any_of(flight.asked, [](const Flight::Asked& asked) {
    return asked.server->usable_answers > asked.usable_answers;
  });
  finished_.emplace_back(std::move(flight.callback), std::move(answer));
  flights_.erase(found);
}

void Asker::Pump(Deadline now) {
  for (;;) {
    Queue* first = queues_.data();
    Queue* second = queues_.data() + 1;
    if (first->empty() || (!second->empty() && second->begin()->first < first->begin()->first)) {
      std::swap(first, second);
    }
    if (!SendFirst(*first, now) && !SendFirst(*second, now)) return;
  }
}

bool Asker::SendFirst(Queue& queue, Deadline now) {
  if (queue.empty()) return false;
  const auto [at, flight] = *queue.begin();
  if (!SendNow(at.second, *flight, now)) return false;
  flight->is_queued = false;
  queue.erase(queue.begin());
  return true;
}

bool Asker::SendNow(Number number, Flight& flight, Deadline now) {
  Server* server = PickServer(flight, now);
  if (!server) return false;
  Send(*server, number, flight, now);
  Probe(*server, number, flight, now);
  return true;
}

// The first server that is up, has room and was not asked this yet; else one that was.  Where all are down, one that is
// due to be probed.
Asker::Server* Asker::PickServer(const Flight& flight, Deadline now) {
  const bool all_down = servers_are_down();
  Server* asked_before = nullptr;
  for (const auto& server : servers_) {
    if (all_down ? !server->health.may_probe(now) : server->health.is_down()) continue;
    if (!server->load.HasRoom(flight.question_class)) continue;
    if (std::ranges::find(flight.asked, server.get(), &Flight::Asked::server) == flight.asked.end()) {
      return server.get();
    }
    if (!asked_before) asked_before = server.get();
  }
  return asked_before;
}

bool Asker::HasAnotherServer(const Flight& flight) const {
  return std::ranges::any_of(servers_, [&](const auto& server) {
    return !server->health.is_down() &&
           std::ranges::find(flight.asked, server.get(), &Flight::Asked::server) == flight.asked.end();
  });
}

void Asker::Probe(const Server& asked, Number number, Flight& flight, Deadline now) {
  for (const auto& server : servers_) {
    if (server.get() == &asked || !server->health.may_probe(now)) continue;
    if (server->load.HasRoom(flight.question_class)) Send(*server, number, flight, now);
  }
}

void Asker::Send(Server& server, Number number, Flight& flight, Deadline now) {
  const bool has_server_up = std::ranges::any_of(servers_, [](const auto& s) { return !s->health.is_down(); });
  const bool is_probe = server.health.is_down() && has_server_up;
  if (server.health.is_down()) server.health.Probed(now);
  if (std::ranges::find(flight.asked, &server, &Flight::Asked::server) == flight.asked.end()) {
    flight.asked.push_back({.server = &server, .usable_answers = server.usable_answers});
  }

  const bool turns_case = server.letter_case.turns();
  const auto random = random_.Take(2 + (turns_case ? kCaseBytes : 0));
  const QueryOptions options{.id = static_cast<std::uint16_t>(random[0] << 8U | random[1]),
                             .edns = server.link->speaks_edns(),
                             .case_bits = random.subspan(2)};
  const auto query = BuildQuery(*flight.question, options);
  const Number attempt = ++last_number_;
  attempts_.emplace(attempt, Attempt{.flight = number,
                                     .server = &server,
                                     .question_class = flight.question_class,
                                     .question = flight.question,
                                     .query = turns_case ? query : std::vector<std::uint8_t>(),
                                     .sent = now,
                                     .is_probe = is_probe,
                                     .has_edns = options.edns});
  server.load.Sent(flight.question_class);
  young_.emplace_back(now + ServerLoad::kYoung, attempt);
  open_.emplace_back(now + settings_.timeout, attempt);
  server.link->Send(attempt, query);
}

void Asker::GiveUp(Number number, Deadline now) {
  const auto found = attempts_.find(number);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  const Number flight = attempt.flight;
  const bool is_waited_for = attempt.is_open && !attempt.is_probe;
  if (attempt.is_open) {
    if (!attempt.is_reported) attempt.server->link->GaveUp();
    CountUnanswered(attempt, now);
    Close(attempt);
  }
  if (attempt.is_reported) attempts_.erase(found);
  if (is_waited_for) TryAgain(flight, now);
}

void Asker::Close(Attempt& attempt) {
  Age(attempt);
  if (!attempt.is_open) return;
  attempt.is_open = false;
  attempt.server->load.Closed(attempt.question_class);
}

void Asker::Age(Attempt& attempt) {
  if (!attempt.is_young) return;
  attempt.is_young = false;
  attempt.server->load.Aged();
}

void Asker::CountAnswered(Server& server, Deadline now) {
  const bool was_down = server.health.is_down();
  server.health.Answered(now);
  if (was_down && events_.server_changed) events_.server_changed(server.endpoint, false);
}

void Asker::CountUnanswered(const Attempt& attempt, Deadline now) {
  if (Flight* flight = FindFlight(attempt.flight)) {
    const auto asked = std::ranges::find(flight->asked, attempt.server, &Flight::Asked::server);
    if (asked->counted_unanswered) return;
    asked->counted_unanswered = true;
  }
  ServerHealth& health = attempt.server->health;
  const bool was_down = health.is_down();
  health.Unanswered(attempt.sent, now);
  const bool is_news = !was_down && health.is_down();
  if (is_news && events_.server_changed) events_.server_changed(attempt.server->endpoint, true);
}

bool Asker::HasRightCase(const Attempt& attempt, const std::vector<std::uint8_t>& message) {
  if (attempt.query.empty()) return true;
  LetterCase& letter_case = attempt.server->letter_case;
  if (RepeatsQuestion(message, attempt.query)) {
    letter_case.CameBackRight();
    return true;
  }
  if (letter_case.CameBackWrong() && events_.warn) {
    events_.warn("name server " + attempt.server->endpoint.host +
                 " does not return letters in the case they were asked in: forged answers are harder to tell");
  }
  return false;
}

void Asker::ExpireLines(Deadline now) {
  for (; !young_.empty() && young_.front().first <= now; young_.pop_front()) {
    const auto attempt = attempts_.find(young_.front().second);
    if (attempt != attempts_.end()) Age(attempt->second);
  }
  while (!open_.empty() && open_.front().first <= now) {
    const Number number = open_.front().second;
    open_.pop_front();
    GiveUp(number, now);
  }
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

// What was sent before waits for another try beyond its deadline: its answer is kept for the next who asks.
void Asker::ExpireQueue(Queue& queue, Deadline now) {
  for (auto at = queue.begin(); at != queue.end() && at->first.first <= now;) {
    const auto [number, flight] = std::pair(at->first.second, at->second);
    ++at;
    if (flight->asked.empty()) Finish(number, {});
  }
}

void Asker::Settle() {
  Pump(Now());
  while (!finished_.empty()) {
    told_.swap(finished_);
    for (const auto& [callback, answer] : told_) callback(answer);
    told_.clear();
  }
  const bool are_down = servers_are_down();
  if (std::exchange(were_down_, are_down) != are_down && events_.health_changed) events_.health_changed();
}

Asker::Flight* Asker::FindFlight(Number number) {
  const auto found = flights_.find(number);
  return found == flights_.end() ? nullptr : &found->second;
}

}  // namespace policyd::dns
