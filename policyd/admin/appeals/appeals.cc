#include "policyd/admin/appeals/appeals.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

using cache::AppealState;

// What is let in may have another owner in a year, and nobody looks again at what was asked for once.
constexpr std::string_view kLetIn = "90d";

runtime::Json TimeToJson(const std::optional<rules::TimePoint>& time) {
  return time ? runtime::Json(rules::PrintTime(*time)) : runtime::Json();
}

runtime::Json RowToJson(const cache::AppealRow& row, const char* state) {
  return runtime::Json::Object()
      .Add("id", row.reference.ToString())
      .Add("state", state)
      .Add("asked", rules::PrintTime(row.asked))
      .Add("client", row.client.ToString())
      .Add("asked_from", row.asker ? runtime::Json(*row.asker) : runtime::Json())
      .Add("text", row.text)
      .Add("decided", TimeToJson(row.decided))
      .Add("by", row.by);
}

// As it is kept, for the audit.
runtime::Json KeptToJson(const cache::AppealRow& row) {
  return RowToJson(row, cache::Name(row.state));
}

std::optional<cache::AppealRow> RowOf(const cache::Stores& stores, const rules::Reference& reference) {
  cache::ReadTransaction snapshot(stores.records_environment());
  return stores.appeals().Find(snapshot, reference);
}

Result<cache::AppealRow> FindAppeal(const cache::Stores& stores, const AppealWish& wish) {
  const auto reference = ParseReference(wish.id);
  auto row = reference ? RowOf(stores, *reference) : std::nullopt;
  if (row) return *std::move(row);
  return Error{.kind = Error::Kind::kNotFound,
               .message = "no request " + wish.id + ": see sekimorictl requests list; nothing was changed"};
}

EntryOptions EntryOf(const AppealWish& wish, const std::string& reference) {
  return {.comment = wish.comment.empty() ? "request " + reference : wish.comment,
          .expires = wish.expires.value_or(std::string(kLetIn)),
          .by = wish.by};
}

std::string WhatItIsNow(const rules::Reference& reference, const std::optional<cache::AppealRow>& row) {
  const std::string subject = "request " + reference.ToString();
  if (!row) return subject + " is gone meanwhile; nothing was changed";
  return subject + " was decided meanwhile: " + cache::Name(row->state) + " by " + row->by + "; nothing was changed";
}

// Puts `next` where `row` stands; a conflict where somebody else decided meanwhile.
Status Replace(const cache::Stores& stores, const cache::AppealRow& row, const cache::AppealRow& next) {
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  if (!transaction) return As(Error::Kind::kStore, transaction.error());
  if (const auto now = stores.appeals().Find(**transaction, row.reference); now != row) {
    return Error{.kind = Error::Kind::kConflict, .message = WhatItIsNow(row.reference, now)};
  }
  auto done = stores.appeals().Put(**transaction, next);
  if (done) done = (*transaction)->Commit();
  if (!done) return As(Error::Kind::kStore, done.error());
  return rules::Done{};
}

cache::AppealRow Decided(const cache::AppealRow& row, AppealState state, const rules::ListEntry& decider) {
  cache::AppealRow decided = row;
  decided.state = state;
  decided.decided = decider.created;
  decided.by = decider.author;
  return decided;
}

// The row of the audit, where the lists are as they were.
Status Tell(const cache::Stores& stores, const cache::AppealRow& before, const cache::AppealRow& after,
            const std::string& command, const rules::ListEntry& decider) {
  cache::AuditRow told;
  told.time = decider.created;
  told.author = decider.author;
  told.target = after.reference.ToString();
  told.command = command;
  told.before = KeptToJson(before).Dump();
  told.after = KeptToJson(after).Dump();
  told.reason = decider.comment;
  if (const auto done = AppendAudit(stores, told); !done) return As(Error::Kind::kStore, done.error());
  return rules::Done{};
}

}  // namespace

std::string AppealText(std::string_view text) {
  std::string kept;
  std::size_t count = 0;
  std::size_t marks = 0;  // on the last letter
  while (!text.empty() && count < kMostOfAppeal) {
    const runtime::CodePoint first = runtime::FirstCodePoint(text);
    const std::string_view character = text.substr(0, first.size);
    text.remove_prefix(first.size);
    const bool is_blank = rules::IsBlank(character.front()) || (first.is_valid && runtime::IsBlankLooking(first.value));
    if (!is_blank && (!first.is_valid || runtime::IsUnsafe(first.value))) continue;
    const bool is_mark = !is_blank && runtime::IsMark(character);
    const bool begins_or_goes_on = kept.empty() || kept.back() == ' ';
    if ((is_blank || is_mark) && begins_or_goes_on) continue;
    if (is_mark && marks == runtime::kMostMarks) continue;
    marks = is_mark ? marks + 1 : 0;
    kept += is_blank ? std::string_view(" ") : character;
    ++count;
  }
  if (kept.ends_with(' ')) kept.pop_back();
  return kept;
}

const char* Name(AppealStanding standing) {
  switch (standing) {
    case AppealStanding::kWaiting:
      return "waiting";
    case AppealStanding::kAllowed:
      return "allowed";
    case AppealStanding::kEnded:
      return "ended";
    case AppealStanding::kRefused:
      return "refused";
  }
  return "";
}

AppealStanding StandingOf(const cache::Stores& stores, const cache::AppealRow& row, rules::TimePoint now) {
  if (row.state == AppealState::kWaiting) return AppealStanding::kWaiting;
  if (row.state == AppealState::kRefused) return AppealStanding::kRefused;
  // An older daemon did not say by which entry.
  const auto target = ParseTarget(row.target);
  if (!target) return AppealStanding::kAllowed;
  cache::ReadTransaction snapshot(stores.lists_environment());
  const auto entry = stores.lists().Find(snapshot, rules::ListKind::kWhitelist, *target);
  return entry && !entry->is_expired(now) ? AppealStanding::kAllowed : AppealStanding::kEnded;
}

std::vector<Appeal> FindAppeals(const cache::Stores& stores, bool is_all, rules::TimePoint now, std::size_t most) {
  cache::ReadTransaction snapshot(stores.records_environment());
  std::vector<Appeal> appeals;
  for (cache::AppealRow& row : stores.appeals().All(snapshot)) {
    if (!is_all && row.state != AppealState::kWaiting) continue;
    if (appeals.size() == most) break;
    auto verdict = stores.journal().Find(snapshot, row.reference);
    const auto standing = StandingOf(stores, row, now);
    appeals.push_back({.row = std::move(row), .standing = standing, .verdict = std::move(verdict)});
  }
  return appeals;
}

std::size_t CountWaiting(const cache::Stores& stores) {
  cache::ReadTransaction snapshot(stores.records_environment());
  const auto all = stores.appeals().All(snapshot);
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const cache::AppealRow& row) { return row.state == AppealState::kWaiting; }));
}

runtime::Json AppealsToJson(const std::vector<Appeal>& appeals) {
  runtime::Json array = runtime::Json::Array();
  for (const Appeal& appeal : appeals) {
    array.Append(RowToJson(appeal.row, Name(appeal.standing))
                     .Add("verdict", appeal.verdict ? admin::RowToJson(*appeal.verdict) : runtime::Json()));
  }
  return array;
}

runtime::Json ToJson(const std::vector<Appeal>& appeals) {
  return runtime::Json::Object().Add("requests", AppealsToJson(appeals));
}

Status Check(const Caller& caller, const AppealWish& wish) {
  const auto reference = ParseReference(wish.id);
  if (!reference) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = "expected a reference such as J4FHQ-X9T82, got \"" + runtime::Shown(wish.id) + "\""};
  }
  const auto entry = MakeEntry(caller, rules::ListKind::kWhitelist, EntryOf(wish, reference->ToString()));
  if (!entry) return entry.error();
  return rules::Done{};
}

Result<AppealPlan> PlanAllowance(const config::Config& config, const cache::Stores& stores, const Caller& caller,
                                 const AppealWish& wish) {
  if (const auto checked = Check(caller, wish); !checked) return checked.error();
  auto row = FindAppeal(stores, wish);
  if (!row) return row.error();
  const std::string reference = row->reference.ToString();
  const UnblockWish unblock{.caller = caller,
                            .entry = EntryOf(wish, reference),
                            .command = "requests allow " + reference,
                            .is_dry_run = wish.is_dry_run,
                            .stop = wish.stop};
  Subject subject;
  subject.references = {row->reference};
  auto found = FindUnblockCase(config, stores, subject, unblock);
  if (!found) return found.error();
  auto outcome = PlanUnblock(config, stores, unblock, std::move(found->about));
  return AppealPlan{.row = *std::move(row), .wish = unblock, .outcome = std::move(outcome)};
}

Status Allow(const config::Config& config, const cache::Stores& stores, AppealPlan& plan) {
  if (plan.wish.is_dry_run) return Unblock(config, stores, plan.wish, plan.outcome);
  const auto decider = MakeEntry(plan.wish.caller, rules::ListKind::kWhitelist, plan.wish.entry);
  if (!decider) return decider.error();
  cache::AppealRow allowed = Decided(plan.row, AppealState::kAllowed, *decider);
  allowed.target = plan.outcome.plan.entry.target.text;
  // First, so that of several who decide one does.  Until the entry stands nobody takes it for allowed.
  if (const auto done = Replace(stores, plan.row, allowed); !done) return done;
  if (const auto done = Unblock(config, stores, plan.wish, plan.outcome); !done) {
    // Whether it can be put back or not, the answer is what failed first.
    if (!plan.outcome.is_audited) static_cast<void>(Replace(stores, allowed, plan.row));
    return done;
  }
  const cache::AppealRow before = std::exchange(plan.row, std::move(allowed));
  return plan.outcome.is_audited ? Status(rules::Done{}) : Tell(stores, before, plan.row, plan.wish.command, *decider);
}

runtime::Json ToJson(const AppealPlan& plan) {
  return runtime::Json::Object().Add("request", KeptToJson(plan.row)).Add("unblocked", ToJson(plan.outcome));
}

Result<cache::AppealRow> Refuse(const cache::Stores& stores, const Caller& caller, const AppealWish& wish) {
  if (const auto checked = Check(caller, wish); !checked) return checked.error();
  const auto row = FindAppeal(stores, wish);
  if (!row) return row.error();
  const auto standing = StandingOf(stores, *row, caller.now);
  if (standing == AppealStanding::kAllowed || standing == AppealStanding::kRefused) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = row->reference.ToString() + " was " + cache::Name(row->state) + " by " + row->by +
                            " already: see sekimorictl audit; nothing was changed"};
  }
  const auto decider =
      MakeEntry(caller, rules::ListKind::kWhitelist, {.comment = wish.comment, .expires = {}, .by = wish.by});
  if (!decider) return decider.error();
  cache::AppealRow refused = Decided(*row, AppealState::kRefused, *decider);
  refused.target.clear();
  if (const auto done = Replace(stores, *row, refused); !done) return done.error();
  const std::string command = "requests refuse " + row->reference.ToString();
  if (const auto done = Tell(stores, *row, refused, command, *decider); !done) return done.error();
  return refused;
}

runtime::Json RefusedToJson(const cache::AppealRow& row) {
  return runtime::Json::Object().Add("request", KeptToJson(row));
}

}  // namespace policyd::admin
