#include <utility>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/outbound/outbound.h"
#include "policyd/admin/times.h"
#include "policyd/config/outbound_settings.h"

namespace policyd::admin {
namespace {

using Kind = OutboundWish::Kind;

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

rules::OutboundTarget WithDomain(const config::Config& config, rules::OutboundTarget target) {
  const auto& domain = config.policy->outbound.login_domain;
  const bool lacks_domain =
      target.kind == rules::OutboundTarget::Kind::kLogin && target.text.find('@') == std::string::npos;
  if (lacks_domain && domain) target.text += '@' + *domain;
  return target;
}

Status Check(const Caller& caller, const OutboundWish& wish) {
  if (const auto target = TargetOf(wish); !target) return target.error();
  if (const auto limits = ParseLimits(wish); !limits) return limits.error();
  if (const auto until = UntilOf(wish, caller.now); !until) return until.error();
  if (const auto remark = CheckRemark("comment", wish.comment); !remark) return remark.error();
  if (const auto author = ParseAuthor(wish.by, caller.login); !author) return author.error();
  return rules::Done();
}

Result<OutboundChange> Apply(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                             const OutboundWish& wish) {
  if (const auto checked = Check(caller, wish); !checked) return checked.error();
  OutboundChange change{.target = WithDomain(config, *TargetOf(wish)),
                        .command = std::string("outbound ") + WordOf(wish.kind)};
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
                      .after = ToJson(entry).Dump(),
                      .reason = wish.comment};
  if (before) row.before = ToJson(*before).Dump();
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
      .Add("entry", change.entry ? ToJson(*change.entry) : runtime::Json());
}

}  // namespace policyd::admin
