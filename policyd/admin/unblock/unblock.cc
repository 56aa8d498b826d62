#include "policyd/admin/unblock/unblock.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kMostVerdicts = 1000;

struct Found {
  std::vector<cache::JournalRow> rows;  // the newest first
  bool is_by_reference = false;
};

// A word that only looks like a reference is not in the journal.
Found Find(const config::Config& config, const cache::Stores& stores, const Subject& subject,
           const std::stop_token& stop) {
  Found found;
  const auto by_reference = [&] { return FindRows(stores, subject.references); };
  const auto by_selection = [&] {
    return NewestRows(stores, {}, kMostVerdicts, [&](const cache::JournalRow& row) {
      return IsTurnedAway(row) && subject.selection->filter(row);
    });
  };
  if (!subject.references.empty()) found.rows = AwaitRows(config.store.directory, by_reference, stop);
  found.is_by_reference = !found.rows.empty();
  if (found.rows.empty() && subject.selection) found.rows = AwaitRows(config.store.directory, by_selection, stop);
  return found;
}

// Verdicts on one client and sender are one case: a mail that was tried on several days, was turned away for several
// reasons, or goes to several recipients.
bool AreOneCase(const std::vector<cache::JournalRow>& rows) {
  const auto about = [](const cache::JournalRow& row) {
    return std::tuple(row.client, rules::NormalizeSender(row.sender, row.recipient));
  };
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return about(row) == about(rows.front()); });
}

// Is the server that refused, as the text names it, this one?
bool IsThisServer(const std::string& host, const config::Config& config, const cache::Stores& stores,
                  rules::TimePoint now) {
  const rules::Policy& policy = *config.policy;
  const auto organisation = [&policy](const std::string& name) {
    const std::string registered = policy.suffixes ? policy.suffixes->RegisteredDomain(name) : std::string();
    return registered.empty() ? name : registered;
  };
  const std::string wanted = organisation(host);
  const auto is_same = [&](const std::string& name) { return !name.empty() && organisation(name) == wanted; };
  if (std::any_of(policy.own_names.begin(), policy.own_names.end(), is_same)) return true;
  // The domains that this server takes mail for.
  const auto recent = RecentVerdicts(stores, now);
  return std::any_of(recent.begin(), recent.end(),
                     [&](const cache::JournalRow& row) { return is_same(rules::DomainOf(row.recipient)); });
}

Error NotFound(std::string message) {
  return {.kind = Error::Kind::kNotFound, .message = std::move(message)};
}

Error NotOurs(const config::Config& config, const cache::Stores& stores, const ForeignRefusal& foreign,
              rules::TimePoint now) {
  const std::string here = std::string(foreign.here.value_or("this server's mail log"));
  if (!foreign.host || IsThisServer(*foreign.host, config, stores, now)) {
    return NotFound("not turned away by Sekimori: look at " + here);
  }
  const std::string there = foreign.of_our_mail ? "look at " + std::string(*foreign.of_our_mail) : "ask its postmaster";
  return NotFound("this was refused by " + *foreign.host + ", not here: " + there + " (if " + *foreign.host +
                  " is a name of this server: look at " + here + ")");
}

Error NothingFor(const config::Config& config, const cache::Stores& stores, const Subject& subject,
                 rules::TimePoint now) {
  const ForeignRefusal& foreign = subject.foreign;
  const bool is_of_another = foreign.host && !IsThisServer(*foreign.host, config, stores, now);
  if (is_of_another || (subject.references.empty() && foreign.here)) {
    return NotOurs(config, stores, foreign, now);
  }
  if (subject.references.empty() && !subject.selection) {
    return NotFound(subject.where +
                    ": no reference of Sekimori in it, as in \"(ref J4FHQ-X9T82)\"; if it was turned away here all the "
                    "same, give the client's address or the sender");
  }
  return NotFound(subject.shown() + ": no such verdict is kept (" + HowLongKept(config, stores) +
                  "); nothing was changed");
}

std::optional<UnblockRefusal> RefusalOf(const config::Config& config, const Subject& subject, const UnblockWish& wish,
                                        const UnblockCase& about, bool is_by_reference) {
  const auto refusal = [&subject](rules::Statement why) {
    Error error = NotFound(subject.shown() + ": " + rules::InEnglish(why, UnblockRows()));
    return UnblockRefusal{.why = std::move(why), .error = std::move(error)};
  };
  if (!AreOneCase(about.rows)) {
    return refusal({.kind = "unblock.several", .about = {{"count", std::to_string(about.rows.size())}}});
  }
  if (!is_by_reference) {
    if (auto why_not = WhyNotBy(*subject.selection, about, *config.policy)) return refusal(*std::move(why_not));
  }
  auto disagreements = Disagreements(subject.claims, about.rows, *config.policy);
  if (disagreements.empty() || wish.is_agreed) return std::nullopt;
  const rules::Statement why{.kind = "unblock.other_mail"};
  return UnblockRefusal{.why = why,
                        .error = {.kind = Error::Kind::kBadInput, .message = rules::InEnglish(why, UnblockRows())},
                        .disagreements = std::move(disagreements)};
}

// The audit row for triplets that are released although no entry is added.
cache::AuditRow TraceOfRelease(const UnblockWish& wish, const UnblockPlan& plan, std::size_t waiting,
                               const rules::ListEntry& caller) {
  cache::AuditRow row;
  row.time = caller.created;
  row.author = caller.author;
  row.command = wish.command + " " + plan.entry.target.text;
  row.target = plan.entry.target.text;
  row.before = runtime::Json::Object().Add("waiting", waiting).Dump();
  row.reason = caller.comment;
  return row;
}

// Counts the triplets that were released.  The entry is written first: it lets the mail in.  `caller`: the person who
// does it, when and why.
rules::Status Execute(const cache::Stores& stores, const UnblockWish& wish, const rules::ListEntry& caller,
                      const std::vector<GreylistedTriplet>& waiting, UnblockOutcome& outcome) {
  const UnblockPlan& plan = outcome.plan;
  if (!plan.was_there) {
    ListEdit edit{.author = plan.entry.author, .command = wish.command, .now = plan.entry.created};
    edit.changes.push_back({.entry = plan.entry});
    const auto applied = Apply(stores, edit);
    if (!applied) return applied.error();
  } else if (!waiting.empty()) {
    const auto told = AppendAudit(stores, TraceOfRelease(wish, plan, waiting.size(), caller));
    if (!told) return told.error();
  }
  outcome.is_audited = !plan.was_there || !waiting.empty();
  const auto released = Release(stores, waiting);
  if (!released) return released.error();
  outcome.released = *released;
  return rules::Done{};
}

runtime::Json WarningsToJson(const std::vector<rules::Statement>& warnings) {
  runtime::Json array = runtime::Json::Array();
  for (const rules::Statement& warning : warnings) array.Append(rules::InEnglish(warning, UnblockRows()));
  return array;
}

runtime::Json TimeToJson(const std::optional<rules::TimePoint>& time) {
  return time ? runtime::Json(rules::PrintTime(*time)) : runtime::Json();
}

// `verdicts`, each with what became of the mail, and what is proven of the newest.
runtime::Json CaseToJson(const UnblockCase& about) {
  runtime::Json verdicts = runtime::Json::Array();
  for (std::size_t i = 0; i < about.rows.size(); ++i) {
    verdicts.Append(RowToJson(about.rows[i])
                        .Add("arrived", TimeToJson(about.since[i].arrived))
                        .Add("passes_by_itself", TimeToJson(about.since[i].passes_from)));
  }
  return runtime::Json::Object()
      .Add("verdicts", std::move(verdicts))
      .Add("proven", ProvenOf(about))
      .Add("not_proven", UnprovenOf(about));
}

}  // namespace

Result<UnblockFound> FindUnblockCase(const config::Config& config, const cache::Stores& stores, const Subject& subject,
                                     const UnblockWish& wish) {
  Found found = Find(config, stores, subject, wish.stop);
  if (found.rows.empty()) return NothingFor(config, stores, subject, wish.caller.now);
  UnblockFound result{.about = MakeUnblockCase(config, stores, std::move(found.rows), wish), .refusal = {}};
  result.refusal = RefusalOf(config, subject, wish, result.about, found.is_by_reference);
  return result;
}

UnblockOutcome PlanUnblock(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
                           UnblockCase about) {
  UnblockPlan plan = MakeUnblockPlan(config, stores, wish, about);
  auto warnings = WarningsAbout(about, *config.policy);
  return {.about = std::move(about),
          .plan = std::move(plan),
          .warnings = std::move(warnings),
          .is_dry_run = wish.is_dry_run};
}

Status Unblock(const config::Config& config, const cache::Stores& stores, const UnblockWish& wish,
               UnblockOutcome& outcome) {
  const auto waiting = WaitingTriplets(stores, *config.policy, outcome.about.rows);
  outcome.released = waiting.size();
  if (outcome.is_dry_run) return rules::Done{};
  const auto caller = MakeEntry(wish.caller, rules::ListKind::kWhitelist, wish.entry);
  if (!caller) return caller.error();
  const auto done = Execute(stores, wish, *caller, waiting, outcome);
  if (!done) return As(Error::Kind::kStore, done.error());
  return rules::Done{};
}

runtime::Json ToJson(const UnblockOutcome& outcome) {
  const UnblockPlan& plan = outcome.plan;
  runtime::Json overridden = runtime::Json::Array();
  for (const rules::ListEntry& other : plan.overridden) overridden.Append(EntryToJson(other));
  return CaseToJson(outcome.about)
      .Add("warnings", WarningsToJson(outcome.warnings))
      .Add("entry", EntryToJson(plan.entry))
      .Add("meaning", Describe(plan.entry))
      .Add("why", plan.why ? runtime::Json(rules::InEnglish(*plan.why, UnblockRows())) : runtime::Json())
      .Add("was_there", plan.was_there)
      .Add("passes", LetsIn(plan.verdict))
      .Add("action", rules::Name(plan.verdict.action))
      .Add("reason", rules::Name(plan.verdict.reason))
      .Add("by_entry", plan.verdict.entry ? EntryToJson(*plan.verdict.entry) : runtime::Json())
      .Add("overridden", std::move(overridden))
      .Add("released", outcome.released)
      .Add("dry_run", outcome.is_dry_run);
}

runtime::Json ToJson(const UnblockFound& found) {
  runtime::Json json = CaseToJson(found.about).Add("why_not", found.refusal->error.message);
  if (found.refusal->disagreements.empty()) return json;
  runtime::Json differs = runtime::Json::Array();
  for (const Disagreement& one : found.refusal->disagreements) {
    differs.Append(
        runtime::Json::Object().Add("about", one.about).Add("in_text", one.in_text).Add("in_verdict", one.in_verdict));
  }
  return json.Add("disagreements", std::move(differs));
}

}  // namespace policyd::admin
