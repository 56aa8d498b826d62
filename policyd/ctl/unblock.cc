#include "policyd/ctl/unblock.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <vector>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/journal_rows.h"
#include "policyd/ctl/list_edit.h"
#include "policyd/ctl/list_entries.h"
#include "policyd/ctl/lists.h"
#include "policyd/ctl/release.h"
#include "policyd/ctl/unblock_subject.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kMostVerdicts = 1000;
constexpr std::size_t kVerdictsShown = 5;
// An address without a confirmed name may have another owner in a year.
constexpr std::string_view kAddressExpires = "90d";

// All that is decided before anything is changed.
struct Plan {
  std::vector<cache::JournalRow> rows;  // the newest first
  rules::ListEntry entry;
  std::optional<rules::ListEntry> standing;  // stood there already and stays as it is
  std::vector<rules::ListEntry> overridden;  // blocklist entries for this client that count no longer
};

std::vector<cache::JournalRow> FindRows(const cache::Stores& stores, const Subject& subject) {
  if (!subject.reference) {
    return NewestRows(stores, {}, kMostVerdicts,
                      [&](const cache::JournalRow& row) { return IsTurnedAway(row) && subject.filter(row); });
  }
  cache::ReadTransaction snapshot(stores.records_environment());
  const auto row = stores.journal().Find(snapshot, *subject.reference);
  return row ? std::vector{*row} : std::vector<cache::JournalRow>();
}

rules::Target AddressTarget(const cache::JournalRow& row) {
  return {rules::Target::Kind::kAddress, row.client.ToString()};
}

rules::Target NarrowestTarget(const cache::JournalRow& row) {
  if (!HasConfirmedName(row)) return AddressTarget(row);
  return {rules::Target::Kind::kHost, row.name};
}

// One entry helps them all: one client, or several with one confirmed name.  Its latest verdict says what is confirmed.
bool IsOneClient(const std::vector<cache::JournalRow>& rows) {
  std::set<rules::IpAddress> clients;
  std::set<std::string> targets;
  for (const cache::JournalRow& row : rows) {
    if (clients.insert(row.client).second) targets.insert(NarrowestTarget(row).text);
  }
  return targets.size() == 1;
}

// The client entries that speak about this client now.
std::vector<rules::ListEntry> ClientEntries(const cache::Stores& stores, const cache::JournalRow& row,
                                            rules::TimePoint now) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  auto entries = stores.lists().MatchClient(snapshot, row.client, now).entries;
  if (!HasConfirmedName(row)) return entries;
  const auto named = stores.lists().MatchName(snapshot, row.name, now).entries;
  entries.insert(entries.end(), named.begin(), named.end());
  return entries;
}

bool Wins(const rules::ListEntry& entry, std::vector<rules::ListEntry> others) {
  others.push_back(entry);
  return rules::Narrowest(others)->list == rules::ListKind::kWhitelist;
}

rules::Result<Plan> MakePlan(const Context& context, const cache::Stores& stores, const UnblockOptions& options,
                             std::vector<cache::JournalRow> rows) {
  const cache::JournalRow& latest = rows.front();
  const auto others = ClientEntries(stores, latest, context.now);
  rules::ListEntry entry;
  entry.target = NarrowestTarget(latest);
  // An address in the blocklist is narrower than the name.
  if (!Wins(entry, others)) entry.target = AddressTarget(latest);

  EntryOptions entry_options{.comment = options.comment, .expires = options.expires, .by = options.by};
  const bool is_address = entry.target.kind == rules::Target::Kind::kAddress;
  if (is_address && options.expires.empty()) entry_options.expires = kAddressExpires;
  if (options.comment.empty()) entry_options.comment = "unblock " + latest.reference.ToString();
  auto made = MakeEntry(context, rules::ListKind::kWhitelist, entry_options);
  if (!made) return made.error();
  made->target = entry.target;

  Plan plan{.rows = std::move(rows), .entry = std::move(*made), .standing = {}, .overridden = {}};
  for (const rules::ListEntry& other : others) {
    if (other.list == rules::ListKind::kBlocklist) plan.overridden.push_back(other);
    if (other.list == rules::ListKind::kWhitelist && other.target == plan.entry.target) plan.standing = other;
  }
  return plan;
}

void SayPlan(Context& context, const Plan& plan, std::uint64_t released, bool is_dry_run) {
  std::ostream& out = context.out;
  for (std::size_t i = 0; i < plan.rows.size() && i < kVerdictsShown; ++i) PrintRow(out, plan.rows[i]);
  if (plan.rows.size() > kVerdictsShown) out << "and " << plan.rows.size() - kVerdictsShown << " verdicts more\n";

  const rules::ListEntry& entry = plan.standing ? *plan.standing : plan.entry;
  const char* word = is_dry_run ? "Would be allowed: " : "Now allowed: ";
  out << (plan.standing ? "Allowed already: " : word) << Describe(entry) << '\n';
  for (const rules::ListEntry& other : plan.overridden) {
    out << "  although " << other.target.text << " is in the blocklist (by " << Shown(other.author)
        << (other.comment.empty() ? "" : ": " + Shown(other.comment)) << ")\n";
  }
  out << (is_dry_run ? "Triplets that wait: " : "Triplets released: ") << released << '\n';
  if (!is_dry_run) out << "To undo it: sekimorictl whitelist remove " << entry.target.text << '\n';
}

void SayJson(Context& context, const Plan& plan, std::uint64_t released, bool is_dry_run) {
  Json verdicts = Json::Array();
  for (const cache::JournalRow& row : plan.rows) verdicts.Append(RowToJson(row));
  Json overridden = Json::Array();
  for (const rules::ListEntry& other : plan.overridden) overridden.Append(EntryToJson(other));
  const rules::ListEntry& entry = plan.standing ? *plan.standing : plan.entry;
  context.out << Json::Object()
                     .Add("verdicts", std::move(verdicts))
                     .Add("entry", EntryToJson(entry))
                     .Add("meaning", Describe(entry))
                     .Add("was_there", plan.standing.has_value())
                     .Add("overridden", std::move(overridden))
                     .Add("released", released)
                     .Add("dry_run", is_dry_run)
                     .Dump()
              << '\n';
}

ExitStatus SaySeveral(Context& context, const std::vector<cache::JournalRow>& rows, const Subject& subject) {
  if (context.is_json) {
    Json verdicts = Json::Array();
    for (const cache::JournalRow& row : rows) verdicts.Append(RowToJson(row));
    context.out << Json::Object().Add("verdicts", std::move(verdicts)).Dump() << '\n';
  } else {
    PrintRows(context.out, rows);
  }
  return Fail(context, kNoSuchThing,
              subject.shown + ": several clients fit, nothing was changed; name one by its reference");
}

// Returns how many triplets were released.  The entry first: it is what lets the mail in.
rules::Result<std::uint64_t> Execute(const cache::Stores& stores, const Plan& plan,
                                     const std::vector<WaitingTriplet>& waiting) {
  if (!plan.standing) {
    ListEdit edit{.author = plan.entry.author, .command = "unblock", .now = plan.entry.created};
    edit.changes.push_back({.entry = plan.entry});
    const auto applied = Apply(stores, edit);
    if (!applied) return applied.error();
  }
  return Release(stores, waiting);
}

}  // namespace

ExitStatus RunUnblock(Context& context, const UnblockOptions& options) {
  const auto checked = MakeEntry(context, rules::ListKind::kWhitelist,
                                 {.comment = options.comment, .expires = options.expires, .by = options.by});
  if (!checked) return Fail(context, kUsage, checked.error().message);
  const auto read = ReadSubject(context, options.subject);
  if (const auto* none = std::get_if<NoSubject>(&read)) return Fail(context, none->status, none->message);
  const Subject& subject = *std::get_if<Subject>(&read);

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  auto rows = FindRows(*store.stores, subject);
  if (rows.empty()) {
    return Fail(context, kNoSuchThing,
                subject.shown + ": no such verdict is kept (verdicts are kept " +
                    rules::PrintDuration(store.config.journal.keep) + "); nothing was changed");
  }
  if (!IsOneClient(rows)) return SaySeveral(context, rows, subject);

  const auto plan = MakePlan(context, *store.stores, options, std::move(rows));
  if (!plan) return Fail(context, kUsage, plan.error().message);
  const auto waiting = WaitingTriplets(*store.stores, *store.config.policy, plan->rows);
  std::uint64_t released = waiting.size();
  if (!options.is_dry_run) {
    const auto done = Execute(*store.stores, *plan, waiting);
    if (!done) return Fail(context, kStoreError, done.error().message);
    released = *done;
  }
  if (context.is_json) {
    SayJson(context, *plan, released, options.is_dry_run);
  } else {
    SayPlan(context, *plan, released, options.is_dry_run);
  }
  return kDone;
}

}  // namespace policyd::ctl
