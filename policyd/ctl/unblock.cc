#include "policyd/ctl/unblock.h"

#include <algorithm>
#include <ostream>
#include <tuple>
#include <vector>

#include "policyd/ctl/journal_rows.h"
#include "policyd/ctl/list_edit.h"
#include "policyd/ctl/lists.h"
#include "policyd/ctl/release.h"
#include "policyd/ctl/unblock_plan.h"
#include "policyd/ctl/unblock_report.h"
#include "policyd/ctl/unblock_subject.h"
#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kMostVerdicts = 1000;

// The newest first.
std::vector<cache::JournalRow> RowsOf(const cache::Stores& stores, const Subject& subject) {
  if (subject.references.empty()) {
    return NewestRows(stores, {}, kMostVerdicts,
                      [&](const cache::JournalRow& row) { return IsTurnedAway(row) && subject.filter(row); });
  }
  return FindRows(stores, subject.references);
}

// Verdicts on one mail that was tried on several days, or was turned away for several reasons, are one case.  A bounce
// may also name several recipients of one mail.
bool AreOnOneMail(const std::vector<cache::JournalRow>& rows, const Subject& subject) {
  const auto mail = [are_named = !subject.references.empty()](const cache::JournalRow& row) {
    return std::tuple(row.client, rules::LowerAscii(row.sender),
                      are_named ? std::string() : rules::LowerAscii(row.recipient));
  };
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return mail(row) == mail(rows.front()); });
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
              subject.shown + ": " + std::to_string(rows.size()) +
                  " verdicts fit; nothing was changed: choose one by its reference, as in sekimorictl unblock " +
                  rows.front().reference.ToString());
}

// The trace of triplets that are released where no entry is added.
cache::AuditRow TraceOfRelease(const UnblockPlan& plan, std::size_t waiting, const rules::ListEntry& caller) {
  cache::AuditRow row;
  row.time = caller.created;
  row.author = caller.author;
  row.command = "unblock " + plan.entry.target.text;
  row.target = plan.entry.target.text;
  row.before = Json::Object().Add("waiting", waiting).Dump();
  row.reason = caller.comment;
  return row;
}

// Returns how many triplets were released.  The entry first: it is what lets the mail in.  `caller`: who does it, when
// and why.
rules::Result<std::uint64_t> Execute(const cache::Stores& stores, const UnblockPlan& plan,
                                     const std::vector<WaitingTriplet>& waiting, const rules::ListEntry& caller) {
  if (!plan.was_there) {
    ListEdit edit{.author = plan.entry.author, .command = "unblock", .now = plan.entry.created};
    edit.changes.push_back({.entry = plan.entry});
    const auto applied = Apply(stores, edit);
    if (!applied) return applied.error();
  } else if (!waiting.empty()) {
    const auto told = AppendAudit(stores, TraceOfRelease(plan, waiting.size(), caller));
    if (!told) return told.error();
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
  auto rows = AwaitRows(store, [&] { return RowsOf(*store.stores, subject); });
  if (rows.empty()) {
    return Fail(context, kNoSuchThing,
                subject.shown + ": no such verdict is kept (verdicts are kept " +
                    rules::PrintDuration(store.config.journal.keep) + "); nothing was changed");
  }
  if (!AreOnOneMail(rows, subject)) return SaySeveral(context, rows, subject);

  const UnblockPlan plan = MakeUnblockPlan(context, store, options, std::move(rows));
  const auto waiting = WaitingTriplets(*store.stores, *store.config.policy, plan.rows);
  std::uint64_t released = waiting.size();
  if (!options.is_dry_run) {
    const auto done = Execute(*store.stores, plan, waiting, *checked);
    if (!done) return Fail(context, kStoreError, done.error().message);
    released = *done;
  }
  SayUnblocked(context, plan, released, options.is_dry_run);
  return kDone;
}

}  // namespace policyd::ctl
