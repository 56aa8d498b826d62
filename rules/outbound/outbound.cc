#include "rules/outbound/outbound.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "rules/values/mail_address.h"
#include "rules/values/siphash.h"

namespace rules {
namespace {

using LimitReached = OutboundSeen::LimitReached;

// Sources of the numbers: contrib/guides/outgoing.md.
constexpr double kJumpFactor = 10;            // times the mean of the days with mail
constexpr std::uint32_t kJumpFloor = 50;      // recipients a day that are never a jump
constexpr int kDaysKnown = 7;                 // with mail, before the mean says anything
constexpr std::size_t kUsualNetworks = 5;     // of one hour
constexpr std::size_t kUsualDomains = 5;      // of senders, likewise
constexpr std::uint32_t kStrangersFrom = 30;  // recipients of an hour, of which
constexpr double kStrangersShare = 0.8;       // ... more than this share is new
constexpr std::uint32_t kManyBounces = 20;    // of an hour, from
constexpr std::size_t kBounceNetworks = 5;    // ... networks or more
constexpr seconds kLimitedFor{3600};
constexpr std::uint64_t kServerFactor = 3;   // times the busiest of the days before
constexpr std::uint64_t kServerFloor = 300;  // recipients of a day of the whole server that are never alarming

bool IsCounted(ProtocolState state) {
  return state == ProtocolState::kData || state == ProtocolState::kEndOfMessage;
}

std::uint32_t RecipientsOf(const Request& request) {
  return std::max<std::uint32_t>(request.recipient_count, 1);
}

// Nothing where Postfix says nothing by which the message is known again.
std::optional<std::uint64_t> MessageOf(const Request& request) {
  const std::string& name = request.instance.empty() ? request.queue_id : request.instance;
  return name.empty() ? std::nullopt : std::optional(SipHash({}, name));
}

// Telephones change between a few networks of their providers: the first 16 bits, of IPv6 the first 32.
std::uint32_t NetworkNumber(const IpAddress& client) {
  const auto bytes = client.bytes();
  const std::size_t used = client.is_v4() ? 2 : 4;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < used; ++i) number = number << 8U | bytes[i];
  return number;
}

std::uint32_t DomainNumber(const Request& request) {
  return static_cast<std::uint32_t>(SipHash({}, LowerAscii(DomainOf(request.sender))));
}

bool IsOurs(const OutboundSettings& settings, const Request& request) {
  if (settings.own_domains.empty() || request.has_null_sender()) return true;
  const std::string domain = LowerAscii(DomainOf(request.sender));
  return std::ranges::any_of(settings.own_domains, [&domain](const std::string& own) {
    return own.starts_with('.') ? IsUnder(domain, std::string_view(own).substr(1)) : domain == own;
  });
}

// From the one that is heard first.
constexpr std::array kInOrder{OutboundTarget::Kind::kLogin, OutboundTarget::Kind::kDomain,
                              OutboundTarget::Kind::kNetwork};

bool Matches(const OutboundTarget& target, const std::string& account, const std::optional<IpAddress>& client) {
  switch (target.kind) {
    case OutboundTarget::Kind::kLogin:
      return target.text == account;
    case OutboundTarget::Kind::kDomain:
      return PoolOf(account) == target.text;
    case OutboundTarget::Kind::kNetwork:
      return client && target.network().Contains(*client);
  }
  return false;
}

void Grant(LimitWishes& granted, const LimitWishes& more) {
  const auto grant = [](std::optional<Limit>& to, const std::optional<Limit>& from) {
    if (!to) to = from;
  };
  grant(granted.recipients_per_hour, more.recipients_per_hour);
  grant(granted.recipients_per_day, more.recipients_per_day);
  grant(granted.messages_per_hour, more.messages_per_hour);
}

void GrantEntries(LimitWishes& granted, OutboundTarget::Kind kind, const std::vector<OutboundEntry>& entries,
                  TimePoint now) {
  for (const OutboundEntry& entry : entries) {
    const bool is_over = entry.limits_until && *entry.limits_until <= now;
    if (entry.target.kind == kind && !is_over) Grant(granted, entry.limits);
  }
}

// The first limit that the message would be over.
template <class Counts>
std::optional<LimitReached> OverLimit(LimitReached::Of of, const Counts& counted, std::uint32_t more, const Limit& most,
                                      TimePoint now) {
  if (!most) return std::nullopt;
  if (more > *most) return LimitReached{of, *most, std::nullopt};
  const TimePoint free_at = counted.FreeAt(more, *most, now);
  return free_at > now ? std::optional(LimitReached{of, *most, free_at}) : std::nullopt;
}

std::optional<LimitReached> LimitOf(const OutboundSettings& settings, const Request& request, const OutboundView& view,
                                    const Limits& limits, TimePoint now) {
  using Of = LimitReached::Of;
  const std::uint32_t more = RecipientsOf(request);
  const Account& login = view.login;
  std::array<std::optional<LimitReached>, 4> over{
      OverLimit(Of::kRecipientsPerHour, login.recipients_of_hour, more, limits.recipients_per_hour, now),
      OverLimit(Of::kRecipientsPerDay, login.recipients_of_day, more, limits.recipients_per_day, now),
      OverLimit(Of::kMessagesPerHour, login.messages_of_hour, 1, limits.messages_per_hour, now),
      view.pool ? OverLimit(Of::kDomainRecipientsPerDay, view.pool->recipients_of_day, more,
                            settings.domain_recipients_per_day, now)
                : std::nullopt};
  // The one that lasts longest: what is said must be true when its time comes.
  std::optional<LimitReached> longest;
  for (const auto& one : over) {
    if (!one) continue;
    if (!one->free_at) return one;
    if (!longest || *longest->free_at < *one->free_at) longest = one;
  }
  return longest;
}

bool IsJump(const Account& login, TimePoint now) {
  const SentDays::Usual usual = login.days.Before(now);
  const double allowed = usual.active_days < kDaysKnown ? 0 : kJumpFactor * usual.mean;
  return login.days.Today(now) > std::max<double>(kJumpFloor, allowed);
}

// Clients of our own networks say nothing of who uses the login.
void NoteUse(const Policy& policy, const Request& request, Account& login, TimePoint now) {
  const bool is_from_own = request.client && policy.IsOwn(*request.client);
  if (request.client && !is_from_own) login.networks.Note(NetworkNumber(*request.client), now);
  if (!request.has_null_sender()) login.sender_domains.Note(DomainNumber(request), now);
}

// The account as it would be with this message.
Account WithMessage(const Policy& policy, const Request& request, const OutboundView& view, TimePoint now) {
  Account login = view.login;
  login.recipients_of_hour.Add(RecipientsOf(request), now);
  login.strangers_of_hour.Add(view.strangers, now);
  login.days.Add(RecipientsOf(request), now);
  NoteUse(policy, request, login, now);
  return login;
}

Assessment AssessConduct(const Policy& policy, const Health& health, const Request& request, const Facts& facts,
                         const OutboundView& view, TimePoint now) {
  const bool is_from_own = request.client && policy.IsOwn(*request.client);
  Assessment assessment;
  if (request.client && !is_from_own) {
    assessment = AssessZones(policy.outbound.zones, health, *request.client, facts);
  }
  const std::string account = AccountOf(policy.outbound, request);
  for (Signal& signal : ConductOf(policy, account, WithMessage(policy, request, view, now), now)) {
    assessment.score += ScoreRange{signal.points, signal.points};
    assessment.signals.push_back(std::move(signal));
  }
  std::ranges::stable_sort(assessment.signals, std::ranges::greater(), &Signal::points);
  return assessment;
}

// What is done from a Score.
Action ActionOf(const OutboundSettings& settings, Points score) {
  if (settings.lock && score >= *settings.lock) return Action::kReject;
  if (settings.hold && score >= *settings.hold) return Action::kHold;
  return Action::kPass;
}

Verdict MakeVerdict(const Policy& policy, const Request& request, Action action, Reason reason,
                    const OutboundView& view) {
  Verdict verdict;
  verdict.action = action;
  verdict.mode = *policy.outbound.mode;
  verdict.reason = reason;
  verdict.outbound.emplace();
  verdict.outbound->account = AccountOf(policy.outbound, request);
  verdict.outbound->from_utc = view.from_utc;
  return verdict;
}

// What holds whatever is counted.
std::optional<Verdict> WithoutCounts(const Policy& policy, const Request& request, const OutboundView& view,
                                     TimePoint now) {
  const std::string account = AccountOf(policy.outbound, request);
  const bool is_known_early = request.state == ProtocolState::kRcpt || IsCounted(request.state);
  if (!is_known_early) return MakeVerdict(policy, request, Action::kPass, Reason::kOutbound, view);
  if (LockedSince(account, view.login, view.entries, now)) {
    return MakeVerdict(policy, request, Action::kReject, Reason::kOutboundLocked, view);
  }
  if (!IsOurs(policy.outbound, request)) {
    return MakeVerdict(policy, request, Action::kReject, Reason::kForeignSender, view);
  }
  if (!IsCounted(request.state)) return MakeVerdict(policy, request, Action::kPass, Reason::kOutbound, view);
  const auto message = MessageOf(request);
  const Reservation* const reserved = message ? view.login.Find(*message) : nullptr;
  if (!reserved) return std::nullopt;
  const bool is_held = reserved->is_held && request.state == ProtocolState::kData;
  return MakeVerdict(policy, request, is_held ? Action::kHold : Action::kPass,
                     is_held ? Reason::kOutboundConduct : Reason::kOutbound, view);
}

// Returns whether it is the first such act of a day.
bool NoteActs(const Verdict& verdict, Account& login, TimePoint now) {
  using Kind = OutboundAct::Kind;
  if (verdict.reason == Reason::kOutboundLimit) login.limited = now;
  const Action given = verdict.given();
  if (given == Action::kReject && verdict.outbound->locks) {
    login.locked = now;
    return login.Note(Kind::kLocked, now);
  }
  if (given == Action::kHold) return login.Note(Kind::kHeld, now);
  if (TurnsAway(given)) return verdict.reason == Reason::kOutboundLimit && login.Note(Kind::kLimited, now);
  const bool is_unusual = verdict.action != Action::kPass || verdict.score > Points{};
  return is_unusual && login.Note(Kind::kWarned, now);
}

}  // namespace

std::optional<std::uint64_t> AlarmFrom(const ServerDays& days) {
  const auto is_active = [](std::uint64_t recipients) { return recipients > 0; };
  if (std::count_if(days.begin() + 1, days.end(), is_active) < kDaysKnown) return std::nullopt;
  return std::max(kServerFloor, kServerFactor * *std::max_element(days.begin() + 1, days.end()));
}

void NoteBounce(Account& login, const IpAddress& client, TimePoint now) {
  login.bounces_of_hour.Add(1, now);
  login.bounce_networks.Note(NetworkNumber(client), now);
}

bool IsOutgoing(const Policy& policy, const Request& request) {
  if (!policy.outbound.is_on()) return false;
  if (!request.sasl_username.empty() || request.is_submission) return true;
  return request.client && std::ranges::any_of(policy.outbound.networks, [&request](const Network& network) {
           return network.Contains(*request.client);
         });
}

std::string AccountOf(const OutboundSettings& settings, const Request& request) {
  if (!request.sasl_username.empty()) {
    std::string login = LowerAscii(request.sasl_username);
    const bool lacks_domain = login.find('@') == std::string::npos && settings.login_domain;
    return lacks_domain ? login + '@' + *settings.login_domain : login;
  }
  if (!request.has_null_sender()) return std::string(kSenderPrefix) + LowerAscii(request.sender);
  return request.client ? request.client->ToString() : std::string();
}

std::optional<std::string> PoolOf(std::string_view account) {
  const std::size_t at = account.rfind('@');
  if (at == std::string_view::npos || at + 1 == account.size()) return std::nullopt;
  return std::string(account.substr(at));
}

Limits LimitsFor(const OutboundSettings& settings, const std::string& account, const std::optional<IpAddress>& client,
                 const std::vector<OutboundEntry>& entries, TimePoint now) {
  LimitWishes granted;
  GrantEntries(granted, OutboundTarget::Kind::kLogin, entries, now);
  for (const OutboundTarget::Kind kind : kInOrder) {
    for (const OutboundClass& each : settings.classes) {
      const auto is_it = [&](const OutboundTarget& t) { return t.kind == kind && Matches(t, account, client); };
      if (std::ranges::any_of(each.match, is_it)) Grant(granted, each.limits);
    }
  }
  GrantEntries(granted, OutboundTarget::Kind::kDomain, entries, now);
  GrantEntries(granted, OutboundTarget::Kind::kNetwork, entries, now);
  return {.recipients_per_hour = granted.recipients_per_hour.value_or(settings.limits.recipients_per_hour),
          .recipients_per_day = granted.recipients_per_day.value_or(settings.limits.recipients_per_day),
          .messages_per_hour = granted.messages_per_hour.value_or(settings.limits.messages_per_hour)};
}

std::optional<TimePoint> LockedSince(const std::string& account, const Account& login,
                                     const std::vector<OutboundEntry>& entries, TimePoint now) {
  std::optional<TimePoint> since = login.locked;
  for (const OutboundEntry& entry : entries) {
    const bool is_own = entry.target.kind == OutboundTarget::Kind::kLogin && entry.target.text == account;
    if (!is_own) continue;
    if (since && entry.released && *entry.released >= *since) since.reset();
    const bool is_over = (entry.locked_until && *entry.locked_until <= now) ||
                         (entry.released && entry.locked && *entry.released >= *entry.locked);
    if (entry.locked && !is_over) since = since ? std::min(*since, *entry.locked) : *entry.locked;
  }
  return since;
}

std::vector<Signal> ConductOf(const Policy& policy, const std::string& account, const Account& login, TimePoint now) {
  std::vector<Signal> signals;
  const auto add_if = [&](bool is_so, SignalKind kind) {
    if (is_so) signals.push_back({kind, policy.PointsOf(kind), account, {}});
  };
  const bool was_limited =
      login.limited && Since(*login.limited, now) < kLimitedFor && !IsFromFuture(*login.limited, now);
  add_if(was_limited, SignalKind::kLimitReached);
  add_if(IsJump(login, now), SignalKind::kJump);
  add_if(login.networks.Count(now) > kUsualNetworks, SignalKind::kManyNetworks);
  add_if(login.sender_domains.Count(now) > kUsualDomains, SignalKind::kForeignDomains);
  const std::uint32_t of_hour = login.recipients_of_hour.Sum(now);
  // To whom a login writes is not known before it has some days.
  const bool has_history = login.days.Before(now).active_days >= kDaysKnown;
  const bool are_new = login.strangers_of_hour.Sum(now) > kStrangersShare * of_hour;
  add_if(has_history && of_hour >= kStrangersFrom && are_new, SignalKind::kStrangers);
  add_if(login.bounces_of_hour.Sum(now) >= kManyBounces && login.bounce_networks.Count(now) >= kBounceNetworks,
         SignalKind::kBounces);
  std::ranges::stable_sort(signals, std::ranges::greater(), &Signal::points);
  return signals;
}

Outcome EvaluateOutgoing(const Policy& policy, const Health& health, const Request& request, const Facts& facts,
                         const OutboundView& view, TimePoint now) {
  if (auto verdict = WithoutCounts(policy, request, view, now)) return {std::move(verdict), {}};
  const std::string account = AccountOf(policy.outbound, request);
  const Limits limits = LimitsFor(policy.outbound, account, request.client, view.entries, now);
  if (const auto limit = LimitOf(policy.outbound, request, view, limits, now)) {
    Verdict verdict =
        MakeVerdict(policy, request, limit->free_at ? Action::kDefer : Action::kReject, Reason::kOutboundLimit, view);
    verdict.outbound->limit = limit;
    return {std::move(verdict), {}};
  }
  Assessment conduct = AssessConduct(policy, health, request, facts, view, now);
  const Action action = ActionOf(policy.outbound, conduct.score.lowest);
  if (action != ActionOf(policy.outbound, conduct.score.highest)) return {std::nullopt, std::move(conduct.open)};
  Verdict verdict = MakeVerdict(policy, request, action,
                                action == Action::kPass ? Reason::kOutbound : Reason::kOutboundConduct, view);
  verdict.score = conduct.score.lowest;
  verdict.signals = std::move(conduct.signals);
  verdict.outbound->locks = action == Action::kReject;
  return {std::move(verdict), {}};
}

bool Apply(const Policy& policy, const Request& request, const Verdict& verdict, const OutboundView& view,
           Accounts accounts, TimePoint now) {
  if (!IsCounted(request.state)) return false;
  const auto message = MessageOf(request);
  const bool is_end = request.state == ProtocolState::kEndOfMessage;
  const bool is_known = message && accounts.login.Find(*message);
  const bool is_sent = !verdict.turns_away();
  if (is_end && is_sent && message) accounts.login.Confirm(*message);
  if (is_end && is_sent && message && accounts.pool) accounts.pool->Confirm(*message);
  if (is_known) return false;
  if (is_sent) {
    const Reservation reservation{.message = message.value_or(0),
                                  .recipients = RecipientsOf(request),
                                  .strangers = view.strangers,
                                  .at = now,
                                  .is_confirmed = is_end || !view.has_end_of_message || !message,
                                  .is_held = verdict.given() == Action::kHold};
    accounts.login.Reserve(reservation);
    if (accounts.pool) accounts.pool->Reserve(reservation);
    NoteUse(policy, request, accounts.login, now);
  }
  return NoteActs(verdict, accounts.login, now);
}

}  // namespace rules
