#include "policyd/dns/lookups.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "policyd/dns/wire/randomness.h"
#include "rules/freshness.h"
#include "rules/values/siphash.h"
#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::Fact;
using rules::Question;

constexpr rules::seconds kLongestOfName{3600};

runtime::Deadline Now() {
  return std::chrono::steady_clock::now();
}

QuestionClass ClassOf(Question::Kind kind) {
  return rules::IsOfList(kind) ? QuestionClass::kList : QuestionClass::kReverse;
}

// The addresses that are listings; nothing if all of them are error codes.
std::optional<rules::Addresses> Listings(std::string_view zone, const rules::Addresses& addresses) {
  rules::Addresses listings;
  std::ranges::copy_if(addresses, std::back_inserter(listings),
                       [zone](const rules::IpAddress& address) { return !rules::IsListError(zone, address); });
  if (listings.empty()) return std::nullopt;
  return listings;
}

decltype(Fact::records) RecordsOf(Question::Kind kind, const DnsReply& reply) {
  if (kind == Question::Kind::kPtr) return reply.names;
  if (kind == Question::Kind::kNameTexts) return reply.texts;
  if (kind == Question::Kind::kNameMailHosts) return reply.mail_hosts;
  return reply.addresses;
}

void SetRecords(const Question& question, const DnsReply& reply, Fact& fact) {
  switch (ClassOf(question.kind)) {
    case QuestionClass::kReverse:
      // No record could be kept: as if there had been none.
      if (!reply.has_records()) return;
      fact.state = Fact::State::kPresent;
      fact.is_cut = reply.is_cut;
      fact.records = RecordsOf(question.kind, reply);
      return;
    case QuestionClass::kList:
      auto listings = Listings(question.zone, reply.addresses);
      if (!listings) return;
      fact.state = Fact::State::kPresent;
      fact.records = *std::move(listings);
      return;
  }
}

// Strangers choose the names: they must not be able to cause collisions.
class QuestionHash {
 public:
  QuestionHash() { std::ranges::copy(RandomBytes().Take(key_.size()), key_.begin()); }
  std::size_t operator()(const rules::DnsQuestion& question) const {
    return rules::SipHash(key_, question.name) + static_cast<std::size_t>(question.type);
  }

 private:
  rules::HashKey key_{};
};

}  // namespace

Fact ToFact(const Question& question, const Answer& answer, const cache::LifetimeLimits& limits, rules::TimePoint now) {
  Fact fact;
  switch (answer.reply.status) {
    case DnsReply::Status::kPresent:
      SetRecords(question, answer.reply, fact);
      break;
    case DnsReply::Status::kAbsent:
      fact.state = Fact::State::kAbsent;
      fact.is_no_name = answer.reply.rcode == kNoSuchName;
      break;
    case DnsReply::Status::kError:
    case DnsReply::Status::kTruncated:
    case DnsReply::Status::kNotAnAnswer:
      fact.server_answers_others = answer.server_answers_others;
      break;
  }
  fact.learnt = now;
  const rules::seconds life = cache::Lifetime(fact.state, answer.reply.ttl, limits);
  // A stranger chooses the names in its mail and the lifetimes of their records: in a full store these facts are
  // removed first.
  const bool is_strangers = rules::IsOfName(question.kind) && !rules::IsOfList(question.kind);
  fact.until = now + (is_strangers ? std::min(life, kLongestOfName) : life);
  return fact;
}

struct Lookups::State {
  // A Fact that was given to the Writer.
  struct Given {
    rules::IpAddress client;
    Question question;
    bool operator==(const Given&) const = default;
  };

  // One question of DNS: in flight, or answered and kept until the Writer has committed all Facts that came of it.
  struct Entry {
    std::vector<LookupRequest> waiting;
    runtime::Deadline asked;
    runtime::Deadline deadline;  // as DNS was told
    std::optional<Answer> answer;
    rules::TimePoint learnt{};
    std::vector<Given> given;  // of this answer
    unsigned uncommitted = 0;  // of this answer and those before
  };
  using Entries = std::unordered_map<rules::DnsQuestion, Entry, QuestionHash>;

  // The store's facts about the last client; questions about one client arrive together.
  struct Remembered {
    rules::IpAddress client;
    std::optional<std::uint64_t> turn;  // of the loop's clock: what people forget is not remembered beyond it
    cache::KnownFacts facts;
  };

  State(uv_loop_t* on, Dns& asked, const cache::LifetimeLimits& lifetimes, Events listeners, metrics::Metrics* counted)
      : loop(on), dns(asked), limits(lifetimes), events(std::move(listeners)), metrics(counted), deferred(loop, [this] {
          DeliverKnown();
        }) {}

  void Ask(LookupRequest request);
  std::optional<Fact> FindCommitted(const LookupRequest& request);
  const cache::KnownFacts& FactsOf(const LookupRequest& request);
  void AskDns(Entries::value_type& asked);
  void OnAnswer(Entries::value_type& asked, const Answer& answer);
  void Note(const LookupRequest& first, const Answer& answer, const Fact& fact, runtime::Deadline::duration took) const;
  void OnNeverSent(Entries::value_type& asked, bool server_answers_others);
  Fact Keep(Entries::value_type& asked, const LookupRequest& request);
  void Tell(LookupRequest& request, Fact fact) const;
  void DeliverKnown();
  void Committed(std::size_t count);

  uv_loop_t* loop;
  Dns& dns;
  cache::LifetimeLimits limits;
  Events events;
  metrics::Metrics* metrics;
  Entries entries;
  std::deque<Entries::value_type*> with_writer;  // it was given their Facts, in that order
  Remembered remembered;
  std::vector<std::pair<LookupRequest, Fact>> known;  // to be told on the loop's next turn
  runtime::Timer deferred;
  // DNS may outlive this object and must not call back into it.
  std::shared_ptr<const bool> life = std::make_shared<const bool>(true);
};

void Lookups::State::Ask(LookupRequest request) {
  const auto [at, is_new] = entries.try_emplace(rules::ToDns(request.question, request.client));
  if (is_new) {
    if (auto fact = FindCommitted(request)) {
      entries.erase(at);
      known.emplace_back(std::move(request), *std::move(fact));
      deferred.Start(std::chrono::milliseconds(0));
      return;
    }
  }
  Entry& entry = at->second;
  if (entry.answer) {
    const Fact fact = ToFact(request.question, *entry.answer, limits, entry.learnt);
    if (fact.is_fresh(events.now())) {
      Fact kept = Keep(*at, request);
      known.emplace_back(std::move(request), std::move(kept));
      deferred.Start(std::chrono::milliseconds(0));
      return;
    }
    entry.answer.reset();
    entry.given.clear();
  }
  entry.waiting.push_back(std::move(request));
  if (entry.waiting.size() > 1) return;
  entry.asked = Now();
  AskDns(*at);
}

// A fresh Fact that is in the store by now; for a refresh not one that is due for a refresh itself.
std::optional<Fact> Lookups::State::FindCommitted(const LookupRequest& request) {
  if (!events.find) return std::nullopt;
  const cache::KnownFacts& facts = FactsOf(request);
  const rules::TimePoint now = events.now();
  const auto fresh = std::ranges::find_if(
      facts, [&request, now](const auto& row) { return row.first == request.question && row.second.is_fresh(now); });
  if (fresh == facts.end()) return std::nullopt;
  const bool is_refresh = !request.waiter;
  if (is_refresh && rules::IsDueForRefresh(request.client, request.question, fresh->second, now)) return std::nullopt;
  return fresh->second;
}

const cache::KnownFacts& Lookups::State::FactsOf(const LookupRequest& request) {
  const bool is_of_client = !rules::IsOfName(request.question.kind);
  const auto turn = is_of_client ? std::optional(uv_now(loop)) : std::nullopt;
  if (!turn || remembered.client != request.client || remembered.turn != turn) {
    remembered = {request.client, turn, events.find(request.client, request.question)};
  }
  return remembered.facts;
}

// An entry stays where it is, and stays, while it is asked for.
void Lookups::State::AskDns(Entries::value_type& asked) {
  const LookupRequest& first = asked.second.waiting.front();
  asked.second.deadline = first.deadline;
  dns.Ask(asked.first, {ClassOf(first.question.kind), first.client}, asked.second.deadline,
          [this, &asked, alive = std::weak_ptr(life)](const Answer& answer) {
            if (!alive.expired()) OnAnswer(asked, answer);
          });
}

void Lookups::State::OnAnswer(Entries::value_type& asked, const Answer& answer) {
  if (!answer.was_sent) return OnNeverSent(asked, answer.server_answers_others);
  Entry& entry = asked.second;
  auto waiting = std::exchange(entry.waiting, {});
  entry.answer = answer;
  entry.learnt = events.now();
  bool is_first = true;
  for (LookupRequest& request : waiting) {
    Fact fact = Keep(asked, request);
    if (std::exchange(is_first, false)) Note(request, answer, fact, Now() - entry.asked);
    Tell(request, std::move(fact));
  }
  // A waiter that got the answer may have asked again.
  if (entry.uncommitted == 0 && entry.waiting.empty()) entries.erase(entries.find(asked.first));
}

// Once for each question of DNS, however many waited for it.
void Lookups::State::Note(const LookupRequest& first, const Answer& answer, const Fact& fact,
                          runtime::Deadline::duration took) const {
  if (metrics) metrics->CountDnsQuery(first.question.kind, fact.state, took);
  const bool is_of_list = ClassOf(first.question.kind) == QuestionClass::kList;
  if (is_of_list && events.list_answered) events.list_answered(first, answer, fact, took);
}

// Nothing was learnt, so nothing is stored.  For a waiter with more time than the first DNS is asked again.
void Lookups::State::OnNeverSent(Entries::value_type& asked, bool server_answers_others) {
  Entry& entry = asked.second;
  const runtime::Deadline now = Now();
  const bool ran_out = entry.deadline <= now && !dns.servers_are_down();
  auto given_up = std::exchange(entry.waiting, {});
  if (ran_out) {
    const auto still = std::stable_partition(given_up.begin(), given_up.end(),
                                             [now](const LookupRequest& request) { return request.deadline <= now; });
    entry.waiting.assign(still, given_up.end());
    given_up.erase(still, given_up.end());
  }
  if (entry.waiting.empty()) {
    if (entry.uncommitted == 0) entries.erase(entries.find(asked.first));
  } else {
    AskDns(asked);
  }
  Fact unavailable;
  unavailable.server_answers_others = server_answers_others;
  for (LookupRequest& request : given_up) Tell(request, unavailable);
}

// The Fact for this request; handed to the Writer unless it was before.
Fact Lookups::State::Keep(Entries::value_type& asked, const LookupRequest& request) {
  Entry& entry = asked.second;
  Fact fact = ToFact(request.question, *entry.answer, limits, entry.learnt);
  // The answer of a name list is stored under the name, for every client.
  const bool is_per_client = !rules::IsOfName(request.question.kind);
  Given given{.client = is_per_client ? request.client : rules::IpAddress(), .question = request.question};
  const bool is_new = std::ranges::find(entry.given, given) == entry.given.end();
  if (is_new && events.store({.client = request.client, .question = request.question, .fact = fact})) {
    entry.given.push_back(std::move(given));
    ++entry.uncommitted;
    with_writer.push_back(&asked);
  }
  return fact;
}

// Takes the question out of the request.
void Lookups::State::Tell(LookupRequest& request, Fact fact) const {
  if (!request.waiter) return;
  events.answered({.waiter = *request.waiter, .question = std::move(request.question), .fact = std::move(fact)});
}

void Lookups::State::DeliverKnown() {
  for (auto& [request, fact] : std::exchange(known, {})) Tell(request, std::move(fact));
}

void Lookups::State::Committed(std::size_t count) {
  remembered.turn.reset();
  for (; count > 0; --count) {
    Entries::value_type& asked = *with_writer.front();
    with_writer.pop_front();
    const bool is_last = --asked.second.uncommitted == 0;
    if (is_last && asked.second.waiting.empty()) entries.erase(entries.find(asked.first));
  }
}

Lookups::Lookups(uv_loop_t* loop, Dns& dns, const cache::LifetimeLimits& limits, Events events,
                 metrics::Metrics* metrics)
    : state_(std::make_unique<State>(loop, dns, limits, std::move(events), metrics)) {}

Lookups::~Lookups() = default;

void Lookups::Ask(LookupRequest request) {
  state_->Ask(std::move(request));
}

void Lookups::Committed(std::size_t count) {
  state_->Committed(count);
}

void Lookups::SetLimits(const cache::LifetimeLimits& limits) {
  state_->limits = limits;
}

}  // namespace policyd::dns
