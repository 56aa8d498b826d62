#include "policyd/serve/inquiry.h"

#include <algorithm>
#include <utility>

#include "rules/freshness.h"
#include "rules/greylist/sender_form.h"
#include "rules/people/precedence.h"
#include "rules/reply.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::serve {

runtime::Deadline CloseAt(runtime::Deadline began, std::chrono::milliseconds answer_within) {
  constexpr std::chrono::milliseconds kForCommit{300};
  return began + std::max(answer_within - kForCommit, answer_within / 2);
}

Inquiry::Inquiry(std::uint64_t number, const rules::Request& request, InquiryView view, StoreReader& store_reader,
                 InquiryServices& services, MailContext& message, metrics::RequestCounts* counts)
    : number_(number),
      request_(request),
      view_(std::move(view)),
      store_reader_(store_reader),
      services_(services),
      message_(message),
      counts_(counts),
      facts_(message.facts) {
  const auto& client = message.client;
  if (client && client->policy == view_.policy && client->health == view_.health) client_ = client;
  if (view_.dns == DnsSource::kStore) facts_.Close();
  const auto& came_back = message.came_back;
  facts_.SetEarlierRecipients(
      {.came_back = came_back && came_back->client == request.client && came_back->sender == request.sender,
       .let_in = message.state.first_let_in.has_value()});
}

bool Inquiry::Hear(rules::Question question, rules::Fact fact) {
  if (decided_ || facts_.is_closed()) return false;
  // RFC 8767: an expired answer serves if no newer one can be had.
  if (fact.is_unavailable()) {
    if (auto stale = Stale(question, Find(question).answer)) fact = *std::move(stale);
  }
  return facts_.Add(std::move(question), std::move(fact));
}

void Inquiry::OnTime(runtime::Deadline now) {
  if (is_finished_) return;
  if (decided_) {
    if (now >= view_.answer_at) return FailOpen(metrics::FailOpenCause::kStore);
    return services_.WakeAt(number_, view_.answer_at);
  }
  if (now < view_.close_at) return services_.WakeAt(number_, view_.close_at);
  CloseQuestions(Closing::kDeadline);
}

void Inquiry::CloseQuestions(Closing why) {
  if (decided_) return;
  // Questions of a flood that fail at once have not waited for a probe of their own.
  constexpr std::chrono::seconds kJustBefore{1};
  const runtime::Deadline since = why == Closing::kOverShare ? view_.began - kJustBefore : view_.began;
  blames_names_ = why != Closing::kStopping && !view_.health->servers_are_down && services_.DnsHasWorkedSince(since);
  facts_.Close();
  Advance();
  if (decided_) return;
  // Closed Facts always give a Verdict: without one the rules are broken, and mail must pass all the same.
  decided_.emplace();
  FailOpen(metrics::FailOpenCause::kInternal);
}

void Inquiry::Start() {
  is_outgoing_ = rules::IsOutgoing(*view_.policy, request_);
  if (is_outgoing_) {
    if (request_.state == rules::ProtocolState::kRcpt) message_.NoteRecipient(request_.recipient);
    return Advance();
  }
  while (Prepare()) {
  }
  Advance();
}

// Returns whether there may be more to prepare.
bool Inquiry::Prepare() {
  using Step = rules::Preparation::Step;
  const auto next = rules::NextPreparation(*view_.policy, request_, facts_, assessment());
  switch (next.step) {
    case Step::kNone:
      return false;
    case Step::kPeople:
      LearnPeople();
      return true;
    case Step::kClient:
      return RecallClient();
    case Step::kGreylist:
      for (const rules::Question& question : next.questions) Learn(question);
      return false;
  }
  return false;
}

void Inquiry::LearnPeople() {
  for (const rules::Question::Kind kind : rules::kPeopleKinds) {
    if (rules::IsAsked(kind, request_)) facts_.Add(kind, store_reader_.Answer({kind, {}, {}}, request_, view_.now));
  }
}

void Inquiry::Advance() {
  if (decided_) return;
  for (;;) {
    rules::Outcome outcome = Evaluate();
    // A store could not be read that may hold an entry or a retry which lets the mail in: it passes.
    if (store_reader_.TakeUnread()) {
      decided_.emplace();
      return FailOpen(metrics::FailOpenCause::kStore);
    }
    if (outcome.verdict) return Conclude(*std::move(outcome.verdict));
    bool has_learned = false;
    for (const rules::Question& question : outcome.open) has_learned |= Learn(question);
    if (!has_learned) return;
  }
}

rules::Outcome Inquiry::Evaluate() {
  if (!is_outgoing_) {
    return rules::Evaluate(*view_.policy, *view_.health, request_, facts_, view_.now, assessment());
  }
  return services_.DecideOutgoing({.policy = *view_.policy,
                                   .health = *view_.health,
                                   .request = request_,
                                   .facts = facts_,
                                   .recipients = message_.recipients,
                                   .now = view_.now},
                                  store_reader_);
}

// The client's Facts are taken whole or not at all: those of an earlier recipient count for this one, too.
bool Inquiry::RecallClient() {
  if (view_.dns != DnsSource::kStoreThenServers || !facts_.beside_people().empty()) return false;
  client_ = store_reader_.Known(*request_.client, view_.policy, view_.health, view_.now);
  if (client_) CountLookup(metrics::CacheResult::kFresh, client_->answers);
  return client_ != nullptr;
}

// Returns whether there is a new Fact; else DNS is asked.
bool Inquiry::Learn(const rules::Question& question) {
  if (!rules::AsksDns(question.kind)) return facts_.Add(question, store_reader_.Answer(question, request_, view_.now));
  if (auto known = Remembered(question)) return facts_.Add(question, *std::move(known));
  if (facts_.is_closed()) return facts_.Add(question, Unanswered(question));
  if (std::find(asked_.begin(), asked_.end(), question) != asked_.end()) return false;
  if (asked_.empty()) services_.WakeAt(number_, view_.close_at);
  asked_.push_back(question);
  CountLookup(metrics::CacheResult::kMiss);
  services_.Ask(number_, *request_.client, question, view_.close_at);
  return false;
}

rules::Fact Inquiry::Unanswered(const rules::Question& question) const {
  rules::Fact fact;
  fact.server_answers_others = blames_names_ && !rules::IsOfList(question.kind);
  return fact;
}

// A fresh answer of the store; a stale one only if nothing better can be had in time.
std::optional<rules::Fact> Inquiry::Remembered(const rules::Question& question) {
  const Held held = Find(question);
  const auto is_fresh = [this](const rules::Fact* fact) { return fact && fact->is_fresh(view_.now); };
  const bool has_failed = is_fresh(held.failure);
  if (is_fresh(held.answer)) {
    CountLookup(metrics::CacheResult::kFresh);
    if (!has_failed) Refresh(question, *held.answer);
    return *held.answer;
  }
  const bool nothing_better_comes = has_failed || facts_.is_closed() || view_.health->servers_are_down;
  if (nothing_better_comes) {
    if (auto stale = Stale(question, held.answer)) return stale;
  }
  if (!has_failed) return std::nullopt;
  CountLookup(metrics::CacheResult::kFresh);
  return *held.failure;
}

Inquiry::Held Inquiry::Find(const rules::Question& question) {
  Held held;
  const auto hold = [&held](const rules::Fact& fact) { (fact.is_unavailable() ? held.failure : held.answer) = &fact; };
  if (view_.dns == DnsSource::kServers) return held;
  if (rules::IsOfName(question.kind)) {
    name_facts_ = store_reader_.GetName(question);
    for (const auto& row : name_facts_) hold(row.second);
    return held;
  }
  if (!known_) known_ = store_reader_.GetClient(*request_.client);
  for (const auto& row : *known_) {
    if (row.first == question) hold(row.second);
  }
  return held;
}

std::optional<rules::Fact> Inquiry::Stale(const rules::Question& question, const rules::Fact* answer) const {
  const bool serves = answer && rules::MayServeStale(*view_.policy, question, *answer, *request_.client, view_.now);
  if (!serves) return std::nullopt;
  CountLookup(metrics::CacheResult::kStale);
  return *answer;
}

// This request does not wait for the answer: it is for the next one.
void Inquiry::Refresh(const rules::Question& question, const rules::Fact& fact) {
  if (view_.dns != DnsSource::kStoreThenServers) return;
  if (!rules::IsDueForRefresh(*request_.client, question, fact, view_.now)) return;
  services_.Ask(std::nullopt, *request_.client, question, view_.close_at);
}

void Inquiry::CountLookup(metrics::CacheResult result, std::size_t times) const {
  if (counts_) counts_->CountCacheLookup(metrics::CacheStore::kFacts, result, times);
}

void Inquiry::Conclude(rules::Verdict&& verdict) {
  Finished& decided = decided_.emplace(std::move(verdict));
  if (view_.dns != DnsSource::kStore && decided.verdict.reason == rules::Reason::kFailOpen) {
    decided.fail_open = facts_.is_closed() ? metrics::FailOpenCause::kDeadline : metrics::FailOpenCause::kDns;
  }
  const bool is_plain_pass = decided.verdict.action == rules::Action::kPass && !decided.verdict.delayed() &&
                             !rules::NeedsOwnMessage(decided.verdict, message_.state);
  if (!is_plain_pass) decided.reference = ReferenceOf(decided.verdict);
  Reply();

  const bool waits = decided.verdict.remember.is_first_sight && decided.verdict.turns_away();
  const bool is_queued = Remember(decided.verdict.remember, is_plain_pass ? std::nullopt : RowOf(decided), waits);
  if (!waits) return Finish();
  is_recorded_ = is_queued;
  if (!is_queued) return FailOpen(metrics::FailOpenCause::kStore);
  services_.WakeAt(number_, view_.answer_at);
}

rules::Reference Inquiry::ReferenceOf(const rules::Verdict& verdict) const {
  const std::string client = request_.client ? request_.client->ToString() : "unknown";
  return rules::MakeReference(view_.secret,
                              {client, request_.sender, request_.recipient, rules::Name(verdict.reason), view_.now});
}

bool Inquiry::Remember(const rules::Remember& remember, std::optional<cache::JournalRow> journal, bool waits) {
  if (remember.empty() && !journal) return true;
  cache::RecordWrite write;
  for (const auto& triplet : remember.triplets) {
    rules::Triplet record = triplet.record;
    if (remember.is_first_sight) {
      // All recipients of one message may come back at the same time.
      const bool is_first = !message_.first_seen || rules::IsFromFuture(*message_.first_seen, view_.now);
      if (is_first) message_.first_seen = view_.now;
      record.first_seen = *message_.first_seen;
    }
    write.triplets.push_back({triplet.client_key, rules::NormalizeSender(request_.sender, request_.recipient),
                              rules::LowerAscii(request_.recipient), record, request_.client});
  }
  if (remember.auto_whitelist_key) {
    write.auto_whitelist_key = *remember.auto_whitelist_key;
    write.auto_whitelist = remember.auto_whitelist;
  }
  write.retried_after = remember.retried_after;
  write.journal = std::move(journal);
  if (waits) write.ticket = cache::WriteTicket{.waiter = 0, .number = number_};
  return services_.Record(std::move(write));
}

void Inquiry::Written(bool is_durable) {
  if (!decided_ || is_finished_) return;
  if (is_durable) return Finish();
  is_recorded_ = false;
  FailOpen(metrics::FailOpenCause::kStore);
}

// The mail passes: the greylist would not recognise the retry.
void Inquiry::FailOpen(metrics::FailOpenCause cause) {
  rules::Verdict& verdict = decided_->verdict;
  verdict.action = rules::Action::kPass;
  verdict.reason = rules::Reason::kFailOpen;
  // Not simply DUNNO: the mail would share the fate of a message that is discarded.
  Reply();
  decided_->fail_open = cause;
  if (decided_->reference) {
    // The row of this try says, or will say once it is written, that the mail was turned away.
    cache::RecordWrite correction;
    correction.journal = RowOf(*decided_);
    if (correction.journal) {
      correction.journal->times = is_recorded_ ? 0 : 1;
      services_.Record(std::move(correction));
    }
  }
  Finish();
}

void Inquiry::Reply() {
  decided_->reply = rules::FormatReply(*view_.policy, request_, decided_->verdict, decided_->reference, message_.state);
  decided_->answered = rules::Answered(request_, decided_->verdict, message_.state);
}

void Inquiry::Finish() {
  KeepForMessage();
  is_finished_ = true;
}

void Inquiry::KeepForMessage() {
  message_.facts.AddDnsFactsOf(facts_);
  if (client_) message_.client = client_;
  rules::NoteHeaders(decided_->reply, message_.state);
  const rules::Verdict& verdict = decided_->verdict;
  if (is_outgoing_) return;  // HOLD is for the whole message, which every recipient shares
  const bool is_recipient = request_.state == rules::ProtocolState::kRcpt;
  const bool is_let_in = !verdict.turns_away() && !rules::NeedsOwnMessage(verdict, message_.state);
  if (!is_recipient || !is_let_in) return;
  if (!message_.state.first_let_in) message_.state.first_let_in = verdict.given();
  const bool came_back = verdict.triplet && (verdict.triplet->state == rules::TripletState::kPassed ||
                                             verdict.triplet->state == rules::TripletState::kKnown);
  if (came_back && !message_.came_back) message_.came_back = {*request_.client, request_.sender};
}

rules::Facts Inquiry::AllFacts() const {
  rules::Facts all = facts_;
  if (!client_) return all;
  for (auto& [question, fact] : store_reader_.FactsOf(*client_)) all.Add(std::move(question), std::move(fact));
  return all;
}

std::optional<cache::JournalRow> Inquiry::RowOf(const Finished& finished) const {
  if (!request_.client) return std::nullopt;
  const rules::Verdict& verdict = finished.verdict;
  const bool differs = finished.answered != verdict.action;
  std::vector<rules::FactText> facts;
  const auto describe = [&](const rules::KnownFacts& known) {
    for (const auto& [question, fact] : known) {
      if (rules::AsksDns(question.kind)) facts.push_back(rules::Describe(*view_.policy, question, fact, view_.now));
    }
  };
  if (client_) describe(store_reader_.FactsOf(*client_));
  describe(facts_.beside_people());
  return cache::JournalRow{.reference = finished.reference ? *finished.reference : ReferenceOf(verdict),
                           .first = view_.now,
                           .last = view_.now,
                           .times = 1,
                           .client = *request_.client,
                           .name = verdict.name,
                           .reverse_dns = rules::Name(verdict.reverse_dns),
                           .helo = request_.helo_name,
                           .sender = request_.sender,
                           .recipient = request_.recipient,
                           .action = rules::Name(finished.answered),
                           .reason = rules::Name(verdict.reason),
                           .mode = rules::Name(verdict.mode),
                           .score = rules::PrintScore(verdict.score),
                           .signals = rules::PrintSignals(verdict.signals),
                           .reply = finished.reply,
                           .facts = std::move(facts),
                           .recipient_class = verdict.recipient_class.value_or(std::string()),
                           .would = differs ? rules::Name(verdict.action) : "",
                           .entry = verdict.entry ? verdict.entry->target.text : std::string(),
                           .table = verdict.table_rule.value_or(std::string()),
                           .spf = verdict.spf ? rules::Name(verdict.spf->result) : ""};
}

}  // namespace policyd::serve
