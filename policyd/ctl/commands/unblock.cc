#include "policyd/ctl/commands_people.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/admin/times.h"
#include "policyd/admin/unblock/unblock.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/rows.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kVerdictsShown = 5;

std::string MadeBy(const rules::ListEntry& entry) {
  return "(by " + runtime::Shown(entry.author) + (entry.comment.empty() ? "" : ": " + runtime::Shown(entry.comment)) +
         ")";
}

// Empty if nothing happened since.
std::string SinceText(const admin::MailSince& since, rules::TimePoint now) {
  if (since.arrived) return "the same mail has arrived meanwhile, at " + admin::ShownTime(*since.arrived);
  if (!since.passes_from) return {};
  const rules::seconds wait = *since.passes_from - now;
  const std::string when = wait.count() > 0
                               ? "in " + rules::PrintDuration(wait) + ", from " + admin::ShownTime(*since.passes_from) +
                                     " on, when the client tries again"
                               : "as soon as the client tries again, until " + admin::ShownTime(*since.passes_until);
  return "it is greylisted and passes by itself " + when;
}

void PrintCase(std::ostream& out, const admin::UnblockCase& about, rules::TimePoint now) {
  for (std::size_t i = 0; i < about.rows.size() && i < kVerdictsShown; ++i) {
    PrintRow(out, about.rows[i]);
    const std::string since = SinceText(about.since[i], now);
    if (!since.empty()) out << "  meanwhile  " << since << '\n';
  }
  if (about.rows.size() > kVerdictsShown) out << "and " << about.rows.size() - kVerdictsShown << " verdicts more\n";
}

void PrintProof(std::ostream& out, const admin::UnblockCase& about) {
  out << "Proven: " << admin::ProvenOf(about) << "\nNot proven: " << admin::UnprovenOf(about) << '\n';
}

void SayWhetherItPasses(std::ostream& out, const admin::UnblockPlan& plan, bool is_dry_run) {
  if (admin::LetsIn(plan.verdict)) {
    out << (is_dry_run ? "The same mail would pass.\n" : "The same mail passes now.\n");
    for (const rules::ListEntry& other : plan.overridden) {
      out << "  although " << other.target.text << " is in the blocklist " << MadeBy(other) << '\n';
    }
    return;
  }
  out << "The same mail would still be turned away: " << rules::Name(plan.verdict.action) << ", because of ";
  if (!plan.verdict.entry) {
    out << rules::Name(plan.verdict.reason) << '\n';
    return;
  }
  const rules::ListEntry& other = *plan.verdict.entry;
  out << other.target.text << " in the blocklist " << MadeBy(other) << '\n'
      << "  To lift that: sekimorictl blocklist remove " << other.target.text << '\n';
}

// The text of a FILE or of standard input, or the argument itself.
admin::Result<admin::Subject> SubjectOf(Context& context, const std::string& argument) {
  const bool is_file = argument == "-" || (!admin::ParseReference(argument) && IsReadableFile(argument));
  if (!is_file) return admin::ReadSubject(argument);
  const auto text = ReadInput(context, argument);
  if (!text) return admin::Error{.kind = admin::Error::Kind::kBadInput, .message = text.error().message};
  return admin::ReadSubjectText(*text, argument == "-" ? "standard input" : argument);
}

void PrintRefused(Context& context, const admin::UnblockFound& found) {
  const admin::UnblockCase& about = found.about;
  if (about.rows.size() == 1 || !found.refusal->disagreements.empty()) {
    PrintCase(context.out, about, context.now);
    PrintProof(context.out, about);
  } else {
    PrintRows(context.out, about.rows);
    for (std::size_t i = 0; i < about.rows.size(); ++i) {
      const std::string since = SinceText(about.since[i], context.now);
      if (!since.empty()) context.out << about.rows[i].reference.ToString() << ": " << since << '\n';
    }
  }
  if (found.refusal->disagreements.empty()) return;
  Columns columns({"about", "in the text", "in the verdict"});
  for (const admin::Disagreement& one : found.refusal->disagreements) {
    columns.Add({one.about, one.in_text, one.in_verdict});
  }
  columns.Print(context.out);
}

// Prints the cases, and why the user must choose one by its reference.
ExitStatus SayRefused(Context& context, const admin::UnblockFound& found) {
  if (context.is_json) {
    context.out << admin::ToJson(found).Dump() << '\n';
  } else {
    PrintRefused(context, found);
  }
  const bool differs = !found.refusal->disagreements.empty();
  const std::string choose = differs ? "if the verdict is meant all the same, add --yes, or name the reference alone"
                                     : "choose one by its reference, as in sekimorictl unblock " +
                                           found.about.rows.front().reference.ToString();
  return Fail(context, StatusOf(found.refusal->error.kind),
              found.refusal->error.message + "; nothing was changed: " + choose);
}

}  // namespace

void SayPlanned(Context& context, const admin::UnblockOutcome& outcome) {
  if (!context.is_json) {
    PrintCase(context.out, outcome.about, context.now);
    PrintProof(context.out, outcome.about);
    context.out.flush();
  }
  for (const rules::Statement& warning : outcome.warnings) {
    Fail(context, kDone, "warning: " + rules::InEnglish(warning, admin::UnblockRows()));
  }
  if (outcome.warnings.empty() || outcome.is_dry_run || outcome.plan.was_there) return;
  Fail(context, kDone, "about to allow: " + admin::Describe(outcome.plan.entry, admin::ShownTime));
}

void SayUnblocked(std::ostream& out, const admin::UnblockOutcome& outcome) {
  const admin::UnblockPlan& plan = outcome.plan;
  const char* word = outcome.is_dry_run ? "Would be allowed: " : "Now allowed: ";
  out << (plan.was_there ? "Allowed already: " : word) << admin::Describe(plan.entry, admin::ShownTime) << '\n';
  if (plan.why) out << "  Why so: " << rules::InEnglish(*plan.why, admin::UnblockRows()) << '\n';
  SayWhetherItPasses(out, plan, outcome.is_dry_run);
  out << (outcome.is_dry_run ? "Triplets that wait: " : "Triplets released: ") << outcome.released << '\n';
  const bool is_added = !outcome.is_dry_run && !plan.was_there;
  if (is_added) out << "To undo it: sekimorictl whitelist remove " << plan.entry.target.text << '\n';
}

ExitStatus RunUnblock(Context& context, const UnblockOptions& options) {
  const admin::UnblockWish wish{.caller = {context.login, context.now},
                                .entry = {.comment = options.comment, .expires = options.expires, .by = options.by},
                                .is_wide = options.is_wide,
                                .is_dry_run = options.is_dry_run,
                                .is_agreed = options.is_agreed};
  const auto checked = admin::MakeEntry(wish.caller, rules::ListKind::kWhitelist, wish.entry);
  if (!checked) return Fail(context, checked.error());
  const auto subject = SubjectOf(context, options.subject);
  if (!subject) return Fail(context, subject.error());

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  auto found = admin::FindUnblockCase(store.config, *store.stores, *subject, wish);
  if (!found) return Fail(context, found.error());
  if (found->refusal) return SayRefused(context, *found);
  admin::UnblockOutcome outcome = admin::PlanUnblock(store.config, *store.stores, wish, std::move(found->about));
  SayPlanned(context, outcome);
  const auto done = admin::Unblock(store.config, *store.stores, wish, outcome);
  if (!done) return Fail(context, done.error());
  if (context.is_json) {
    context.out << admin::ToJson(outcome).Dump() << '\n';
  } else {
    SayUnblocked(context.out, outcome);
  }
  return kDone;
}

}  // namespace policyd::ctl
