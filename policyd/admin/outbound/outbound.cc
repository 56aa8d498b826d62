#include "policyd/admin/outbound/outbound.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "policyd/serve/outbound/ledger.h"
#include "rules/values/points.h"

namespace policyd::admin {
namespace {

// A message to one recipient from nowhere, for what would be said to it.
rules::Request NextMessage(const std::string& login) {
  rules::Request request;
  request.state = rules::ProtocolState::kData;
  request.recipient_count = 1;
  if (login.starts_with(rules::kSenderPrefix)) {
    request.sender = login.substr(rules::kSenderPrefix.size());
  } else {
    request.sasl_username = login;
  }
  return request;
}

LoginState StateOf(const rules::Verdict& verdict) {
  if (verdict.reason == rules::Reason::kOutboundLimit) return LoginState::kAtLimit;
  if (verdict.action == rules::Action::kHold) return LoginState::kHeld;
  return verdict.action == rules::Action::kReject ? LoginState::kLocked : LoginState::kFree;
}

// What a login that is not asking now is judged by.
rules::Policy PolicyForAll(rules::Policy policy) {
  policy.outbound.zones.clear();  // they are asked for the client, which is not known here
  policy.outbound.own_domains.clear();
  if (!policy.outbound.mode) policy.outbound.mode = rules::Mode::kMonitor;
  return policy;
}

// REQUIRES: PolicyForAll() made the policy.
LoginFigures FiguresOf(const rules::Policy& policy, const std::string& login, rules::Account account,
                       const std::vector<rules::OutboundEntry>& entries, rules::TimePoint now) {
  account.Settle(now);
  const rules::OutboundView view{.login = account, .entries = entries};
  const auto outcome = rules::EvaluateOutgoing(policy, {}, NextMessage(login), {}, view, now);

  LoginFigures figures;
  figures.login = login;
  if (outcome.verdict) figures.state = StateOf(*outcome.verdict);
  figures.recipients_of_hour = account.recipients_of_hour.Sum(now);
  figures.recipients_of_day = account.recipients_of_day.Sum(now);
  figures.messages_of_hour = account.messages_of_hour.Sum(now);
  figures.today = account.days.Today(now);
  figures.usual = account.days.Before(now);
  figures.limits = rules::LimitsFor(policy.outbound, login, std::nullopt, entries, now);
  figures.networks = account.networks.Count(now);
  figures.signals = rules::ConductOf(policy, login, account, now);
  for (const rules::Signal& signal : figures.signals) figures.score += signal.points;
  figures.locked = rules::LockedSince(login, account, entries, now);
  figures.acts = account.acts;
  const auto own = std::ranges::find(entries, login, [](const rules::OutboundEntry& e) { return e.target.text; });
  if (own != entries.end()) figures.entry = *own;
  return figures;
}

runtime::Json LimitJson(const rules::Limit& limit) {
  return limit ? runtime::Json(*limit) : runtime::Json();
}

runtime::Json TimeJson(const std::optional<rules::TimePoint>& time) {
  return time ? runtime::Json(rules::PrintTime(*time)) : runtime::Json();
}

runtime::Json WishJson(const std::optional<rules::Limit>& wish) {
  if (!wish) return {};
  return *wish ? runtime::Json(**wish) : runtime::Json("off");
}

}  // namespace

runtime::Json ToJson(const rules::OutboundEntry& entry) {
  return runtime::Json::Object()
      .Add("target", entry.target.text)
      .Add("recipients_per_hour", WishJson(entry.limits.recipients_per_hour))
      .Add("recipients_per_day", WishJson(entry.limits.recipients_per_day))
      .Add("messages_per_hour", WishJson(entry.limits.messages_per_hour))
      .Add("limits_until", TimeJson(entry.limits_until))
      .Add("locked", TimeJson(entry.locked))
      .Add("locked_until", TimeJson(entry.locked_until))
      .Add("released", TimeJson(entry.released))
      .Add("comment", entry.comment)
      .Add("by", entry.author)
      .Add("changed", rules::PrintTime(entry.changed));
}

const char* Name(LoginState state) {
  switch (state) {
    case LoginState::kFree:
      return "free";
    case LoginState::kAtLimit:
      return "at its limit";
    case LoginState::kHeld:
      return "held";
    case LoginState::kLocked:
      return "locked";
  }
  return "";
}

namespace {

// Of most accounts there is nothing to say, and to say it takes ten times as long as to read one.
bool MayMatter(const rules::Account& account, rules::TimePoint now) {
  return account.locked || account.limited || account.recipients_of_day.Sum(now) > 0 ||
         account.bounces_of_hour.Sum(now) > 0;
}

// Calls `see` with each login that may have sent in the last day, or is locked.
template <class See>
void SeeLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now, const See& see) {
  const rules::Policy policy = PolicyForAll(*config.policy);
  cache::ReadTransaction records(stores.records_environment());
  cache::ReadTransaction lists(stores.lists_environment());
  stores.outbound_accounts().Scan(records, [&](const cache::OutboundAccountRow& row) {
    const bool is_pool = row.name.starts_with('@') || row.name.starts_with(std::string(rules::kSenderPrefix) + '@');
    if (is_pool) return true;
    const bool is_own =
        stores.outbound_entries().Get(lists, {rules::OutboundTarget::Kind::kLogin, row.name}).has_value();
    if (!is_own && !MayMatter(row.account, now)) return true;
    const auto entries = stores.outbound_entries().Matching(lists, row.name, std::nullopt);
    see(FiguresOf(policy, row.name, row.account, entries, now));
    return true;
  });
  // Those that people locked before they sent anything.
  for (const rules::OutboundEntry& entry : stores.outbound_entries().All(lists)) {
    const std::string& name = entry.target.text;
    const bool is_locked = entry.target.kind == rules::OutboundTarget::Kind::kLogin && entry.locked;
    if (is_locked && !stores.outbound_accounts().Get(records, name)) see(FiguresOf(policy, name, {}, {entry}, now));
  }
}

bool IsNear(std::uint32_t count, const rules::Limit& limit) {
  return limit && std::uint64_t{count} * 5 >= std::uint64_t{*limit} * 4;
}

// From the worst on; nothing where there is nothing to look at.
std::optional<int> RankOf(const LoginFigures& login) {
  switch (login.state) {
    case LoginState::kLocked:
      return 0;
    case LoginState::kHeld:
      return 1;
    case LoginState::kAtLimit:
      return 2;
    case LoginState::kFree:
      break;
  }
  const bool is_near = IsNear(login.recipients_of_hour, login.limits.recipients_per_hour) ||
                       IsNear(login.recipients_of_day, login.limits.recipients_per_day) ||
                       IsNear(login.messages_of_hour, login.limits.messages_per_hour);
  return is_near ? std::optional(3) : std::nullopt;
}

constexpr std::array kRankWords{"locked", "held", "at_limit", "near_limit"};

}  // namespace

OutboundTally TallyLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now,
                          std::size_t most) {
  OutboundTally tally;
  const std::array counts{&tally.locked, &tally.held, &tally.at_limit, &tally.near_limit};
  std::vector<std::pair<int, LoginFigures>> ranked;
  SeeLogins(config, stores, now, [&](LoginFigures login) {
    const auto rank = RankOf(login);
    if (!rank) return;
    ++*counts[static_cast<std::size_t>(*rank)];
    if (most > 0) ranked.emplace_back(*rank, std::move(login));
  });
  std::ranges::stable_sort(ranked, {}, [](const auto& one) { return one.first; });
  if (ranked.size() > most) ranked.resize(most);
  for (auto& one : ranked) tally.logins.push_back(std::move(one.second));
  return tally;
}

const char* Word(const LoginFigures& login) {
  const auto rank = RankOf(login);
  return rank ? kRankWords[static_cast<std::size_t>(*rank)] : "free";
}

runtime::Json ToJson(const OutboundTally& tally) {
  auto logins = runtime::Json::Array();
  for (const LoginFigures& login : tally.logins) logins.Append(ToJson(login));
  return runtime::Json::Object()
      .Add("locked", tally.locked)
      .Add("held", tally.held)
      .Add("at_limit", tally.at_limit)
      .Add("near_limit", tally.near_limit)
      .Add("logins", std::move(logins));
}

std::vector<LoginFigures> FindLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now,
                                     std::size_t most) {
  std::vector<LoginFigures> logins;
  SeeLogins(config, stores, now, [&logins](LoginFigures figures) {
    const bool is_of_interest = figures.recipients_of_day > 0 || figures.locked || !figures.signals.empty();
    if (is_of_interest) logins.push_back(std::move(figures));
  });
  const auto is_busier = [](const LoginFigures& a, const LoginFigures& b) {
    return std::tie(b.locked, b.recipients_of_hour, b.recipients_of_day) <
           std::tie(a.locked, a.recipients_of_hour, a.recipients_of_day);
  };
  std::ranges::stable_sort(logins, is_busier);
  if (logins.size() > most) logins.resize(most);
  return logins;
}

Result<LoginFigures> FindLogin(const config::Config& config, const cache::Stores& stores, std::string_view login,
                               rules::TimePoint now) {
  const auto target = rules::OutboundTarget::Parse(login);
  if (!target) return ErrorIn("login", target.error().message, Error::Kind::kBadInput);
  const std::string name = WithDomain(config, *target).text;
  cache::ReadTransaction records(stores.records_environment());
  cache::ReadTransaction lists(stores.lists_environment());
  const auto entries = stores.outbound_entries().Matching(lists, name, std::nullopt);
  const auto account = stores.outbound_accounts().Get(records, name);
  if (!account && entries.empty()) {
    return Error{Error::Kind::kNotFound, "nothing is known of " + name + ": it has sent nothing in 60 days"};
  }
  return FiguresOf(PolicyForAll(*config.policy), name, account.value_or(rules::Account()), entries, now);
}

std::string NextFor(const LoginFigures& login) {
  switch (login.state) {
    case LoginState::kLocked:
      return "once its password was changed: sekimorictl outbound release " + login.login;
    case LoginState::kHeld:
      return "its messages wait in Postfix's hold queue: look at them (postqueue -p, postcat -q ID), then postsuper -H "
             "ID or postsuper -d ID; sekimorictl outbound lock " +
             login.login + " stops it";
    case LoginState::kAtLimit:
      return "it is free again by itself; for more: sekimorictl outbound allow " + login.login +
             " --recipients-per-day N --until 7d";
    case LoginState::kFree:
      break;
  }
  return login.signals.empty() ? "" : "if that is no mail of its owner: sekimorictl outbound lock " + login.login;
}

runtime::Json ToJson(const LoginFigures& login) {
  auto signals = runtime::Json::Array();
  for (const rules::Signal& signal : login.signals) {
    signals.Append(runtime::Json::Object()
                       .Add("signal", rules::Name(signal.kind))
                       .Add("points", static_cast<double>(signal.points.tenths) / 10));
  }
  auto acts = runtime::Json::Array();
  for (const rules::OutboundAct& act : login.acts) {
    acts.Append(runtime::Json::Object().Add("act", rules::Name(act.kind)).Add("time", rules::PrintTime(act.at)));
  }
  return runtime::Json::Object()
      .Add("login", login.login)
      .Add("state", Name(login.state))
      .Add("recipients_last_hour", login.recipients_of_hour)
      .Add("recipients_last_day", login.recipients_of_day)
      .Add("messages_last_hour", login.messages_of_hour)
      .Add("recipients_per_hour", LimitJson(login.limits.recipients_per_hour))
      .Add("recipients_per_day", LimitJson(login.limits.recipients_per_day))
      .Add("messages_per_hour", LimitJson(login.limits.messages_per_hour))
      .Add("today", login.today)
      .Add("active_days", login.usual.active_days)
      .Add("usual", login.usual.active_days > 0 ? runtime::Json(login.usual.mean) : runtime::Json())
      .Add("networks", login.networks)
      .Add("score", static_cast<double>(login.score.tenths) / 10)
      .Add("signals", std::move(signals))
      .Add("locked", TimeJson(login.locked))
      .Add("acts", std::move(acts))
      .Add("entry", login.entry ? ToJson(*login.entry) : runtime::Json())
      .Add("next", NextFor(login));
}

runtime::Json ToJson(const std::vector<LoginFigures>& logins) {
  auto all = runtime::Json::Array();
  for (const LoginFigures& login : logins) all.Append(ToJson(login));
  return runtime::Json::Object().Add("logins", std::move(all));
}

}  // namespace policyd::admin
