#include "policyd/admin/outbound/outbound.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/times.h"
#include "policyd/config/outbound_settings.h"
#include "policyd/serve/outbound/ledger.h"
#include "rules/values/points.h"

namespace policyd::admin {
namespace {

using Kind = OutboundWish::Kind;

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

LoginFigures FiguresOf(const rules::Policy& policy, const std::string& login, rules::Account account,
                       const std::vector<rules::OutboundEntry>& entries, rules::TimePoint now) {
  account.Settle(now);
  rules::Policy asked = policy;
  asked.outbound.zones.clear();  // they are asked for the client, which is not known here
  asked.outbound.own_domains.clear();
  if (!asked.outbound.mode) asked.outbound.mode = rules::Mode::kMonitor;
  const rules::OutboundView view{.login = account, .entries = entries};
  const auto outcome = rules::EvaluateOutgoing(asked, {}, NextMessage(login), {}, view, now);

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

runtime::Json EntryJson(const rules::OutboundEntry& entry) {
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

// "120" or "off".
Result<std::optional<rules::Limit>> ParseLimit(std::string_view input, const OptionalText& text) {
  if (!text) return std::optional<rules::Limit>();
  if (*text == "off") return std::optional<rules::Limit>(rules::Limit());
  const auto number = config::ParseLimitNumber(*text);
  if (!number) return ErrorIn(input, number.error().message);
  return std::optional<rules::Limit>(rules::Limit(*number));
}

Result<rules::LimitWishes> ParseLimits(const OutboundWish& wish) {
  rules::LimitWishes limits;
  for (const auto& [input, text, limit] :
       {std::tuple{"recipients_per_hour", &wish.recipients_per_hour, &limits.recipients_per_hour},
        std::tuple{"recipients_per_day", &wish.recipients_per_day, &limits.recipients_per_day},
        std::tuple{"messages_per_hour", &wish.messages_per_hour, &limits.messages_per_hour}}) {
    const auto parsed = ParseLimit(input, *text);
    if (!parsed) return parsed.error();
    *limit = *parsed;
  }
  if (wish.kind == Kind::kAllow && limits.empty()) {
    return ErrorIn("recipients_per_day", "expected a limit: a number, or \"off\"");
  }
  return limits;
}

Result<std::optional<rules::TimePoint>> UntilOf(const OutboundWish& wish, rules::TimePoint now) {
  if (!wish.until) return std::optional<rules::TimePoint>();
  const auto span = ParseExpiry(wish.until, now);
  if (span) return *span;
  const auto day = ParseLocalTime(*wish.until, now);
  if (!day) return ErrorIn("until", "expected a duration such as 7d, or a date, got \"" + *wish.until + "\"");
  if (day->end <= now) return ErrorIn("until", "expected a time to come, got \"" + *wish.until + "\"");
  return std::optional(day->end);
}

Result<rules::OutboundTarget> TargetOf(const OutboundWish& wish) {
  auto target = rules::OutboundTarget::Parse(wish.target);
  if (!target) return ErrorIn("target", target.error().message, Error::Kind::kBadInput);
  const bool is_of_login = wish.kind != Kind::kAllow;
  if (is_of_login && target->kind != rules::OutboundTarget::Kind::kLogin) {
    return ErrorIn("target", "expected a login, got \"" + target->text + "\"", Error::Kind::kBadInput);
  }
  return *target;
}

const char* WordOf(Kind kind) {
  switch (kind) {
    case Kind::kAllow:
      return "allow";
    case Kind::kLock:
      return "lock";
    case Kind::kRelease:
      return "release";
    case Kind::kForget:
      return "forget";
  }
  return "";
}

rules::OutboundEntry Changed(rules::OutboundEntry entry, const OutboundWish& wish, const rules::LimitWishes& limits,
                             const std::optional<rules::TimePoint>& until, rules::TimePoint now) {
  switch (wish.kind) {
    case Kind::kAllow:
      entry.limits = limits;
      entry.limits_until = until;
      break;
    case Kind::kLock:
      entry.locked = now;
      entry.locked_until = until;
      break;
    case Kind::kRelease:
      entry.released = now;
      break;
    case Kind::kForget:
      entry.forgotten = now;
      break;
  }
  return entry;
}

rules::Status EraseAccount(const cache::Stores& stores, const std::string& login) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  if (!transaction) return transaction.error();
  const auto erased = stores.outbound_accounts().Erase(**transaction, login);
  if (!erased) return erased.error();
  return (*transaction)->Commit();
}

}  // namespace

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

std::vector<LoginFigures> FindLogins(const config::Config& config, const cache::Stores& stores, rules::TimePoint now,
                                     std::size_t most) {
  cache::ReadTransaction records(stores.records_environment());
  cache::ReadTransaction lists(stores.lists_environment());
  std::vector<LoginFigures> logins;
  stores.outbound_accounts().Scan(records, [&](const cache::OutboundAccountRow& row) {
    const bool is_pool = row.name.starts_with('@') || row.name.starts_with(std::string(rules::kSenderPrefix) + '@');
    if (is_pool) return true;
    const auto entries = stores.outbound_entries().Matching(lists, row.name, std::nullopt);
    LoginFigures figures = FiguresOf(*config.policy, row.name, row.account, entries, now);
    const bool is_of_interest = figures.recipients_of_day > 0 || figures.locked || !figures.signals.empty();
    if (is_of_interest) logins.push_back(std::move(figures));
    return true;
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
  std::string name = target->text;
  const auto& domain = config.policy->outbound.login_domain;
  if (name.find('@') == std::string::npos && domain) name += '@' + *domain;
  cache::ReadTransaction records(stores.records_environment());
  cache::ReadTransaction lists(stores.lists_environment());
  const auto entries = stores.outbound_entries().Matching(lists, name, std::nullopt);
  const auto account = stores.outbound_accounts().Get(records, name);
  if (!account && entries.empty()) {
    return Error{Error::Kind::kNotFound, "nothing is known of " + name + ": it has sent nothing in 60 days"};
  }
  return FiguresOf(*config.policy, name, account.value_or(rules::Account()), entries, now);
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
      .Add("entry", login.entry ? EntryJson(*login.entry) : runtime::Json())
      .Add("next", NextFor(login));
}

runtime::Json ToJson(const std::vector<LoginFigures>& logins) {
  auto all = runtime::Json::Array();
  for (const LoginFigures& login : logins) all.Append(ToJson(login));
  return runtime::Json::Object().Add("logins", std::move(all));
}

Status Check(const Caller& caller, const OutboundWish& wish) {
  if (const auto target = TargetOf(wish); !target) return target.error();
  if (const auto limits = ParseLimits(wish); !limits) return limits.error();
  if (const auto until = UntilOf(wish, caller.now); !until) return until.error();
  if (const auto remark = CheckRemark("comment", wish.comment); !remark) return remark.error();
  if (const auto author = ParseAuthor(wish.by, caller.login); !author) return author.error();
  return rules::Done();
}

Result<OutboundChange> Apply(const cache::Stores& stores, const Caller& caller, const OutboundWish& wish) {
  if (const auto checked = Check(caller, wish); !checked) return checked.error();
  OutboundChange change{.target = *TargetOf(wish), .command = std::string("outbound ") + WordOf(wish.kind)};
  change.command += ' ' + change.target.text;
  const auto transaction = BeginListChange(stores);
  if (!transaction) return As(Error::Kind::kStore, transaction.error());
  std::optional<rules::OutboundEntry> before;
  {
    cache::ReadTransaction snapshot(stores.lists_environment());
    before = stores.outbound_entries().Get(snapshot, change.target);
  }
  rules::OutboundEntry entry = before.value_or(rules::OutboundEntry{.target = change.target});
  entry = Changed(std::move(entry), wish, *ParseLimits(wish), *UntilOf(wish, caller.now), caller.now);
  entry.comment = wish.comment;
  entry.author = *ParseAuthor(wish.by, caller.login);
  entry.changed = caller.now;

  cache::AuditRow row{.time = caller.now,
                      .author = entry.author,
                      .command = change.command,
                      .target = change.target.text,
                      .after = EntryJson(entry).Dump(),
                      .reason = wish.comment};
  if (before) row.before = EntryJson(*before).Dump();
  auto written = stores.outbound_entries().Put(**transaction, entry);
  if (written) written = stores.audit().Append(**transaction, std::move(row));
  if (written) written = (*transaction)->Commit();
  if (written && wish.kind == Kind::kForget) written = EraseAccount(stores, change.target.text);
  if (!written) return As(Error::Kind::kStore, written.error());
  change.entry = std::move(entry);
  return change;
}

runtime::Json ToJson(const OutboundChange& change) {
  return runtime::Json::Object()
      .Add("command", change.command)
      .Add("entry", change.entry ? EntryJson(*change.entry) : runtime::Json());
}

}  // namespace policyd::admin
