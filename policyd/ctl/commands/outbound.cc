#include "policyd/ctl/commands_outbound.h"

#include <ostream>

#include <fmt/format.h>

#include "policyd/admin/times.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

std::string Of(std::uint32_t count, const rules::Limit& limit) {
  return limit ? fmt::format("{} of {}", count, *limit) : std::to_string(count);
}

std::string SignalsText(const admin::LoginFigures& login) {
  std::string text;
  for (const rules::Signal& signal : login.signals) {
    text +=
        fmt::format("{}{}:{}", text.empty() ? "" : ",", rules::Name(signal.kind), rules::PrintPoints(signal.points));
  }
  return text;
}

void PrintLogins(std::ostream& out, const std::vector<admin::LoginFigures>& logins) {
  Columns columns({"login", "last hour", "last day", "today", "usual", "networks", "state", "signals"});
  for (const admin::LoginFigures& login : logins) {
    columns.Add({login.login, Of(login.recipients_of_hour, login.limits.recipients_per_hour),
                 Of(login.recipients_of_day, login.limits.recipients_per_day), std::to_string(login.today),
                 login.usual.active_days > 0 ? fmt::format("{:.0f}", login.usual.mean) : "",
                 std::to_string(login.networks), admin::Name(login.state), SignalsText(login)});
  }
  if (!columns.empty()) columns.Print(out);
}

void PrintEntry(std::ostream& out, const rules::OutboundEntry& entry) {
  const auto limit = [&out](const char* name, const std::optional<rules::Limit>& wish) {
    if (wish) out << ' ' << name << ' ' << (*wish ? std::to_string(**wish) : "off");
  };
  out << "  entry    ";
  if (!entry.limits.empty()) out << " limits:";
  limit("recipients an hour", entry.limits.recipients_per_hour);
  limit("recipients a day", entry.limits.recipients_per_day);
  limit("messages an hour", entry.limits.messages_per_hour);
  if (entry.limits_until) out << " until " << admin::ShownTime(*entry.limits_until);
  const auto act = [&](const char* what, const std::optional<rules::TimePoint>& time) {
    if (time) out << ' ' << what << ' ' << admin::ShownTime(*time);
  };
  act("locked", entry.locked);
  act("until", entry.locked_until);
  act("released", entry.released);
  act("forgotten", entry.forgotten);
  out << " (" << runtime::Shown(entry.author) << ", " << admin::ShownTime(entry.changed);
  if (!entry.comment.empty()) out << ": " << runtime::Shown(entry.comment);
  out << ")\n";
}

void PrintLogin(std::ostream& out, const admin::LoginFigures& login) {
  out << Bold(out, runtime::Shown(login.login)) << ": " << admin::Name(login.state);
  if (login.locked) out << " since " << admin::ShownTime(*login.locked);
  out << "\n  last hour " << Of(login.recipients_of_hour, login.limits.recipients_per_hour) << " recipients, "
      << Of(login.messages_of_hour, login.limits.messages_per_hour)
      << (login.messages_of_hour == 1 ? " message" : " messages") << "\n  last day  "
      << Of(login.recipients_of_day, login.limits.recipients_per_day) << " recipients\n  today     " << login.today;
  if (login.usual.active_days > 0) {
    out << fmt::format("; usual: {:.0f} a day, on {} of 60 days", login.usual.mean, login.usual.active_days);
  } else {
    out << "; nothing on the 60 days before";
  }
  out << "\n  networks  " << login.networks << " in the last hour\n";
  if (!login.signals.empty()) {
    out << "  signals   " << SignalsText(login) << ", together " << rules::PrintPoints(login.score) << '\n';
  }
  for (const rules::OutboundAct& act : login.acts) {
    out << "  " << fmt::format("{:<9}", rules::Name(act.kind)) << ' ' << admin::ShownTime(act.at) << '\n';
  }
  if (login.entry) PrintEntry(out, *login.entry);
  const std::string next = admin::NextFor(login);
  if (!next.empty()) out << "  next      " << runtime::Shown(next) << '\n';
}

ExitStatus Change(Context& context, OutboundWish wish, OutboundWish::Kind kind, std::string_view done_text) {
  wish.kind = kind;
  const admin::Caller caller{context.login, context.now};
  if (const auto checked = admin::Check(caller, wish); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto done = admin::Apply(store.config, *store.stores, caller, wish);
  if (!done) return Fail(context, done.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*done));
  context.out << done_text << ": " << runtime::Shown(done->target.text);
  const auto& until = kind == OutboundWish::Kind::kLock ? done->entry->locked_until : done->entry->limits_until;
  const bool has_end = kind == OutboundWish::Kind::kAllow || kind == OutboundWish::Kind::kLock;
  if (has_end && until) context.out << " until " << admin::ShownTime(*until);
  context.out << '\n';
  return kDone;
}

}  // namespace

ExitStatus RunOutbound(Context& context, const OutboundOptions& options) {
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  if (options.login) {
    const auto login = admin::FindLogin(store.config, *store.stores, *options.login, context.now);
    if (!login) return Fail(context, login.error());
    if (context.is_json) return PrintJson(context, admin::ToJson(*login));
    PrintLogin(context.out, *login);
    return kDone;
  }
  const auto logins = admin::FindLogins(store.config, *store.stores, context.now, options.limit);
  if (context.is_json) return PrintJson(context, admin::ToJson(logins));
  PrintLogins(context.out, logins);
  if (!logins.empty()) return kDone;
  context.out << (store.config.policy->outbound.is_on()
                      ? "nobody has sent anything in the last 24 hours\n"
                      : "mail that leaves is not looked at: outbound.mode = \"off\"\n");
  return kDone;
}

ExitStatus RunOutboundAllow(Context& context, const OutboundWish& wish) {
  return Change(context, wish, OutboundWish::Kind::kAllow, "Allowed");
}

ExitStatus RunOutboundLock(Context& context, const OutboundWish& wish) {
  return Change(context, wish, OutboundWish::Kind::kLock, "Locked");
}

ExitStatus RunOutboundRelease(Context& context, const OutboundWish& wish) {
  return Change(context, wish, OutboundWish::Kind::kRelease, "Released");
}

ExitStatus RunOutboundForget(Context& context, const OutboundWish& wish) {
  return Change(context, wish, OutboundWish::Kind::kForget, "Forgotten");
}

}  // namespace policyd::ctl
