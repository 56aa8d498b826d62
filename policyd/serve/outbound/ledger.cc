#include "policyd/serve/outbound/ledger.h"

#include <algorithm>

#include "policyd/runtime/clock.h"
#include "rules/reply.h"

namespace policyd::serve {
namespace {

// Where Postfix has asked at END-OF-MESSAGE within this time, a message is confirmed there, not at DATA.
constexpr rules::seconds kEndsAreAsked{3600};

rules::OutboundView ViewOf(const OutgoingMail& mail, const OutgoingKept& kept, const rules::Account& login,
                           const rules::Account* pool) {
  return {.login = login,
          .pool = pool,
          .entries = kept.entries,
          .strangers = kept.strangers,
          .has_end_of_message = true,
          .from_utc = runtime::FromUtc(mail.now)};
}

bool IsOver(rules::TimePoint left, rules::TimePoint now) {
  return rules::IsFromFuture(left, now) || rules::Since(left, now) >= rules::kReservedFor;
}

OutboundNotice NoticeOf(const std::string& account, const rules::Account& login, const rules::Verdict& verdict) {
  return {.account = account, .act = login.acts.back().kind, .signals = rules::PrintSignals(verdict.signals)};
}

}  // namespace

std::optional<std::string> OutgoingMail::pool() const {
  if (!policy.outbound.domain_recipients_per_day) return std::nullopt;
  const std::string name = account();
  auto domain = rules::PoolOf(name);
  // A web form chooses its sender: it must not use up what the logins of that domain may send.
  if (domain && name.starts_with(rules::kSenderPrefix)) domain->insert(0, rules::kSenderPrefix);
  return domain;
}

bool OutgoingMail::is_counted() const {
  return request.state == rules::ProtocolState::kData || request.state == rules::ProtocolState::kEndOfMessage;
}

rules::Outcome EvaluateKept(const OutgoingMail& mail, const OutgoingKept& kept) {
  rules::Account login = kept.login.value_or(rules::Account());
  rules::Account pool = kept.pool.value_or(rules::Account());
  login.Settle(mail.now);
  pool.Settle(mail.now);
  return rules::EvaluateOutgoing(mail.policy, mail.health, mail.request, mail.facts,
                                 ViewOf(mail, kept, login, mail.pool() ? &pool : nullptr), mail.now);
}

std::optional<Ledger::Decided> Ledger::Decide(const OutgoingMail& mail, const OutgoingKept& kept) {
  const std::string name = mail.account();
  const auto pool_name = mail.pool();
  const auto books = books_.Lock();
  if (mail.request.state == rules::ProtocolState::kEndOfMessage) books->ended = mail.now;
  Place* const login = Open(*books, name, kept.login, mail.now);
  Place* const pool = pool_name ? Open(*books, *pool_name, kept.pool, mail.now) : nullptr;
  if (!login || (pool_name && !pool)) return std::nullopt;

  const auto is_to_be_forgotten = [&](const rules::OutboundEntry& entry) {
    return entry.target.text == name && entry.forgotten && *entry.forgotten >= login->opened;
  };
  if (std::ranges::any_of(kept.entries, is_to_be_forgotten))
    login->account = {}, login->opened = mail.now + rules::seconds{1};
  // Released by a person: else the row would stay for good.
  if (!rules::LockedSince(name, login->account, kept.entries, mail.now)) login->account.locked.reset();
  rules::Account* const pool_account = pool ? &pool->account : nullptr;
  rules::OutboundView view = ViewOf(mail, kept, login->account, pool_account);
  view.has_end_of_message = books->ended && rules::Since(*books->ended, mail.now) < kEndsAreAsked;
  Decided decided;
  decided.outcome = rules::EvaluateOutgoing(mail.policy, mail.health, mail.request, mail.facts, view, mail.now);
  const auto& verdict = decided.outcome.verdict;
  if (!verdict || !mail.is_counted()) return decided;
  const bool is_to_be_told =
      rules::Apply(mail.policy, mail.request, *verdict, view, {login->account, pool_account}, mail.now);
  if (is_to_be_told) decided.notice = NoticeOf(name, login->account, *verdict);
  NoteChange(*books, name, *login);
  if (pool) NoteChange(*books, *pool_name, *pool);
  return decided;
}

void Ledger::NoteBounce(const std::string& account, const rules::Account& kept, const rules::IpAddress& client,
                        rules::TimePoint now) {
  const auto books = books_.Lock();
  Place& place = *Open(*books, account, kept, now);
  rules::NoteBounce(place.account, client, now);
  NoteChange(*books, account, place);
}

void Ledger::KeepRecipients(const std::string& instance, std::vector<std::string> recipients, rules::TimePoint now) {
  const auto books = books_.Lock();
  std::erase_if(books->left, [now](const auto& one) { return IsOver(one.second.since, now); });
  std::size_t kept = recipients.size();
  for (const auto& one : books->left) kept += one.second.recipients.size();
  if (kept <= kMostRecipientsKept) books->left[instance] = {std::move(recipients), now};
}

std::vector<std::string> Ledger::TakeRecipients(const std::string& instance, rules::TimePoint now) {
  const auto books = books_.Lock();
  auto taken = books->left.extract(instance);
  const bool is_in_time = !taken.empty() && !IsOver(taken.mapped().since, now);
  return is_in_time ? std::move(taken.mapped().recipients) : std::vector<std::string>();
}

std::vector<cache::OutboundAccountRow> Ledger::TakeChanged(std::size_t most) {
  const auto books = books_.Lock();
  std::vector<cache::OutboundAccountRow> rows;
  while (!books->changed.empty() && rows.size() < most) {
    const std::string name = std::move(books->changed.back());
    books->changed.pop_back();
    const auto found = books->places.find(name);
    if (found == books->places.end() || !found->second.has_changed) continue;
    found->second.has_changed = false;
    rows.push_back({name, found->second.account});
  }
  return rows;
}

void Ledger::Return(const std::vector<cache::OutboundAccountRow>& rows) {
  const auto books = books_.Lock();
  for (const auto& row : rows) {
    const auto found = books->places.find(row.name);
    if (found != books->places.end()) NoteChange(*books, row.name, found->second);
  }
}

void Ledger::Shrink() {
  const auto books = books_.Lock();
  if (books->places.size() <= kMostAccounts) return;
  std::vector<std::pair<rules::TimePoint, std::string>> unused;
  for (const auto& [name, place] : books->places) {
    if (!place.has_changed) unused.emplace_back(place.used, name);
  }
  const std::size_t most = std::min(unused.size(), books->places.size() - kMostAccounts * 3 / 4);
  std::ranges::partial_sort(unused, unused.begin() + static_cast<std::ptrdiff_t>(most));
  for (std::size_t i = 0; i < most; ++i) books->places.erase(unused[i].second);
}

std::size_t Ledger::size() const {
  return books_.Lock()->places.size();
}

// Null where it is not here and was not read.  Pointers to other places stay valid.
Ledger::Place* Ledger::Open(Books& books, const std::string& name, const std::optional<rules::Account>& kept,
                            rules::TimePoint now) {
  auto found = books.places.find(name);
  if (found == books.places.end()) {
    if (!kept) return nullptr;
    found = books.places.emplace(name, Place{.account = *kept, .opened = now}).first;
  }
  Place& place = found->second;
  place.used = now;
  place.account.Settle(now);
  return &place;
}

void Ledger::NoteChange(Books& books, const std::string& name, Place& place) {
  if (!std::exchange(place.has_changed, true)) books.changed.push_back(name);
}

}  // namespace policyd::serve
