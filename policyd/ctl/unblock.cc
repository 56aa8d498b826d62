#include "policyd/ctl/unblock.h"

#include <algorithm>
#include <ostream>
#include <tuple>
#include <vector>

#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/recent_verdicts.h"
#include "policyd/admin/stores/release.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/admin/unblock/unblock_proof.h"
#include "policyd/admin/unblock/unblock_subject.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/unblock_report.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/dns_name.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kMostVerdicts = 1000;

// A FILE or standard input, or what the argument itself says.
admin::Result<admin::Subject> SubjectOf(Context& context, const std::string& argument) {
  const bool is_file = argument == "-" || (!admin::ParseReference(argument) && IsReadableFile(argument));
  if (!is_file) return admin::ReadSubject(argument);
  const auto text = ReadInput(context, argument);
  if (!text) return admin::Error{.kind = admin::Error::Kind::kBadInput, .message = text.error().message};
  return admin::ReadSubjectText(*text, argument == "-" ? "standard input" : argument);
}

struct Found {
  std::vector<cache::JournalRow> rows;  // the newest first
  bool is_by_reference = false;
};

// A word that only looks like a reference is in no journal.
Found Find(const OpenedStore& store, const admin::Subject& subject) {
  Found found;
  const auto by_reference = [&] { return admin::FindRows(*store.stores, subject.references); };
  const auto by_selection = [&] {
    return admin::NewestRows(*store.stores, {}, kMostVerdicts, [&](const cache::JournalRow& row) {
      return admin::IsTurnedAway(row) && subject.selection->filter(row);
    });
  };
  if (!subject.references.empty()) found.rows = admin::AwaitRows(store.config.store.directory, by_reference);
  found.is_by_reference = !found.rows.empty();
  if (found.rows.empty() && subject.selection)
    found.rows = admin::AwaitRows(store.config.store.directory, by_selection);
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
bool IsThisServer(const std::string& host, const OpenedStore& store, rules::TimePoint now) {
  const rules::Policy& policy = *store.config.policy;
  const auto organisation = [&policy](const std::string& name) {
    const std::string registered = policy.suffixes ? policy.suffixes->RegisteredDomain(name) : std::string();
    return registered.empty() ? name : registered;
  };
  const std::string wanted = organisation(host);
  const auto is_same = [&](const std::string& name) { return !name.empty() && organisation(name) == wanted; };
  if (std::any_of(policy.own_names.begin(), policy.own_names.end(), is_same)) return true;
  // The domains that this server takes mail for.
  const auto recent = admin::RecentVerdicts(*store.stores, now);
  return std::any_of(recent.begin(), recent.end(),
                     [&](const cache::JournalRow& row) { return is_same(rules::DomainOf(row.recipient)); });
}

ExitStatus SayNotOurs(Context& context, const OpenedStore& store, const admin::ForeignRefusal& foreign) {
  const std::string here = foreign.here.empty() ? "this server's mail log" : std::string(foreign.here);
  if (foreign.host.empty() || IsThisServer(foreign.host, store, context.now)) {
    return Fail(context, kNoSuchThing, "not turned away by Sekimori: look at " + here);
  }
  const std::string there =
      foreign.of_our_mail.empty() ? "ask its postmaster" : "look at " + std::string(foreign.of_our_mail);
  return Fail(context, kNoSuchThing,
              "this was refused by " + foreign.host + ", not here: " + there + " (if " + foreign.host +
                  " is a name of this server: look at " + here + ")");
}

ExitStatus SayNotFound(Context& context, const OpenedStore& store, const admin::Subject& subject) {
  const admin::ForeignRefusal& foreign = subject.foreign;
  const bool is_of_another = !foreign.host.empty() && !IsThisServer(foreign.host, store, context.now);
  if (is_of_another || (subject.references.empty() && !foreign.here.empty())) {
    return SayNotOurs(context, store, foreign);
  }
  if (subject.references.empty() && !subject.selection) {
    return Fail(context, kNoSuchThing,
                subject.where +
                    ": no reference of Sekimori in it, as in \"(ref ABCDE-FGHJK)\"; if it was turned away here all the "
                    "same, give the client's address or the sender");
  }
  return Fail(context, kNoSuchThing,
              subject.shown() + ": no such verdict is kept (" + admin::HowLongKept(store.config, *store.stores) +
                  "); nothing was changed");
}

// The trace of triplets that are released where no entry is added.
cache::AuditRow TraceOfRelease(const admin::UnblockPlan& plan, std::size_t waiting, const rules::ListEntry& caller) {
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
rules::Result<std::uint64_t> Execute(const cache::Stores& stores, const admin::UnblockPlan& plan,
                                     const std::vector<admin::GreylistedTriplet>& waiting,
                                     const rules::ListEntry& caller) {
  if (!plan.was_there) {
    admin::ListEdit edit{.author = plan.entry.author, .command = "unblock", .now = plan.entry.created};
    edit.changes.push_back({.entry = plan.entry});
    const auto applied = admin::Apply(stores, edit);
    if (!applied) return applied.error();
  } else if (!waiting.empty()) {
    const auto told = admin::AppendAudit(stores, TraceOfRelease(plan, waiting.size(), caller));
    if (!told) return told.error();
  }
  return admin::Release(stores, waiting);
}

ExitStatus LetIn(Context& context, const OpenedStore& store, const UnblockOptions& options,
                 const admin::UnblockCase& about, const rules::ListEntry& caller) {
  const admin::UnblockWish wish{.caller = {context.login, context.now},
                                .entry = {.comment = options.comment, .expires = options.expires, .by = options.by},
                                .is_wide = options.is_wide};
  UnblockOutcome outcome{
      .about = about, .plan = admin::MakeUnblockPlan(store.config, *store.stores, wish, about), .warnings = {}};
  outcome.is_dry_run = options.is_dry_run;
  outcome.warnings = admin::WarningsAbout(about.known, *store.config.policy);
  SayBefore(context, outcome);
  const auto waiting = admin::WaitingTriplets(*store.stores, *store.config.policy, about.rows);
  outcome.released = waiting.size();
  if (!options.is_dry_run) {
    const auto done = Execute(*store.stores, outcome.plan, waiting, caller);
    if (!done) return Fail(context, kStoreError, done.error().message);
    outcome.released = *done;
  }
  SayUnblocked(context, outcome);
  return kDone;
}

}  // namespace

ExitStatus RunUnblock(Context& context, const UnblockOptions& options) {
  const auto checked = admin::MakeEntry({context.login, context.now}, rules::ListKind::kWhitelist,
                                        {.comment = options.comment, .expires = options.expires, .by = options.by});
  if (!checked) return Fail(context, checked.error());
  const auto read = SubjectOf(context, options.subject);
  if (!read) return Fail(context, read.error());
  const admin::Subject& subject = *read;

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  Found found = Find(store, subject);
  if (found.rows.empty()) return SayNotFound(context, store, subject);
  const admin::UnblockCase about =
      admin::MakeUnblockCase(store.config, *store.stores, std::move(found.rows), context.now);
  if (!AreOneCase(about.rows)) {
    return SayUnchanged(context, about, kNoSuchThing,
                        subject.shown() + ": " + std::to_string(about.rows.size()) + " verdicts fit");
  }
  if (!found.is_by_reference) {
    const std::string why_not = admin::WhyNotBy(*subject.selection, about.known, *store.config.policy);
    if (!why_not.empty()) return SayUnchanged(context, about, kNoSuchThing, subject.shown() + ": " + why_not);
  }
  const auto disagreements = admin::Disagreements(subject.claims, about.rows, *store.config.policy);
  if (!disagreements.empty() && !options.is_agreed) return SayDisagreements(context, about, disagreements);
  return LetIn(context, store, options, about, *checked);
}

}  // namespace policyd::ctl
