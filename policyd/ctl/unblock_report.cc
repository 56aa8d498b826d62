#include "policyd/ctl/unblock_report.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/times.h"
#include "policyd/admin/unblock/unblock_proof.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/rows.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kVerdictsShown = 5;

std::string MadeBy(const rules::ListEntry& entry) {
  return "(by " + Shown(entry.author) + (entry.comment.empty() ? "" : ": " + Shown(entry.comment)) + ")";
}

// Nothing where nothing became of it.
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

void PrintProof(std::ostream& out, const cache::JournalRow& row) {
  out << "Proven: " << admin::ProvenOf(row) << "\nNot proven: " << admin::UnprovenOf(row) << '\n';
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

void SayDone(std::ostream& out, const UnblockOutcome& outcome) {
  const admin::UnblockPlan& plan = outcome.plan;
  const char* word = outcome.is_dry_run ? "Would be allowed: " : "Now allowed: ";
  out << (plan.was_there ? "Allowed already: " : word) << admin::Describe(plan.entry, admin::ShownTime) << '\n';
  SayWhetherItPasses(out, plan, outcome.is_dry_run);
  out << (outcome.is_dry_run ? "Triplets that wait: " : "Triplets released: ") << outcome.released << '\n';
  const bool is_added = !outcome.is_dry_run && !plan.was_there;
  if (is_added) out << "To undo it: sekimorictl whitelist remove " << plan.entry.target.text << '\n';
}

Json TextsToJson(const std::vector<std::string>& texts) {
  Json array = Json::Array();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

Json TimeToJson(const std::optional<rules::TimePoint>& time) {
  return time ? Json(rules::PrintTime(*time)) : Json();
}

// `verdicts`, each with what became of the mail, and what is proven of the newest.
Json CaseToJson(const admin::UnblockCase& about) {
  Json verdicts = Json::Array();
  for (std::size_t i = 0; i < about.rows.size(); ++i) {
    verdicts.Append(admin::RowToJson(about.rows[i])
                        .Add("arrived", TimeToJson(about.since[i].arrived))
                        .Add("passes_by_itself", TimeToJson(about.since[i].passes_from)));
  }
  return Json::Object()
      .Add("verdicts", std::move(verdicts))
      .Add("proven", admin::ProvenOf(about.known))
      .Add("not_proven", admin::UnprovenOf(about.known));
}

Json ToJson(const UnblockOutcome& outcome) {
  const admin::UnblockPlan& plan = outcome.plan;
  Json overridden = Json::Array();
  for (const rules::ListEntry& other : plan.overridden) overridden.Append(admin::EntryToJson(other));
  return CaseToJson(outcome.about)
      .Add("warnings", TextsToJson(outcome.warnings))
      .Add("entry", admin::EntryToJson(plan.entry))
      .Add("meaning", admin::Describe(plan.entry))
      .Add("was_there", plan.was_there)
      .Add("passes", admin::LetsIn(plan.verdict))
      .Add("action", rules::Name(plan.verdict.action))
      .Add("reason", rules::Name(plan.verdict.reason))
      .Add("by_entry", plan.verdict.entry ? admin::EntryToJson(*plan.verdict.entry) : Json())
      .Add("overridden", std::move(overridden))
      .Add("released", outcome.released)
      .Add("dry_run", outcome.is_dry_run);
}

}  // namespace

void SayBefore(Context& context, const UnblockOutcome& outcome) {
  if (!context.is_json) {
    PrintCase(context.out, outcome.about, context.now);
    PrintProof(context.out, outcome.about.known);
    context.out.flush();
  }
  for (const std::string& warning : outcome.warnings) Fail(context, kDone, "warning: " + warning);
  if (outcome.warnings.empty() || outcome.is_dry_run || outcome.plan.was_there) return;
  Fail(context, kDone, "about to allow: " + admin::Describe(outcome.plan.entry, admin::ShownTime));
}

void SayUnblocked(Context& context, const UnblockOutcome& outcome) {
  if (context.is_json) {
    context.out << ToJson(outcome).Dump() << '\n';
  } else {
    SayDone(context.out, outcome);
  }
}

ExitStatus SayUnchanged(Context& context, const admin::UnblockCase& about, ExitStatus status, const std::string& why) {
  if (context.is_json) {
    context.out << CaseToJson(about).Add("why_not", why).Dump() << '\n';
  } else if (about.rows.size() == 1) {
    PrintCase(context.out, about, context.now);
    PrintProof(context.out, about.known);
  } else {
    PrintRows(context.out, about.rows);
    for (std::size_t i = 0; i < about.rows.size(); ++i) {
      const std::string since = SinceText(about.since[i], context.now);
      if (!since.empty()) context.out << about.rows[i].reference.ToString() << ": " << since << '\n';
    }
  }
  return Fail(context, status,
              why + "; nothing was changed: choose one by its reference, as in sekimorictl unblock " +
                  about.rows.front().reference.ToString());
}

ExitStatus SayDisagreements(Context& context, const admin::UnblockCase& about,
                            const std::vector<admin::Disagreement>& disagreements) {
  constexpr const char* kWhy = "the text tells of another mail than the verdict";
  if (context.is_json) {
    Json differs = Json::Array();
    for (const admin::Disagreement& one : disagreements) {
      differs.Append(
          Json::Object().Add("about", one.about).Add("in_text", one.in_text).Add("in_verdict", one.in_verdict));
    }
    context.out << CaseToJson(about).Add("why_not", kWhy).Add("disagreements", std::move(differs)).Dump() << '\n';
  } else {
    PrintCase(context.out, about, context.now);
    PrintProof(context.out, about.known);
    Columns columns({"about", "in the text", "in the verdict"});
    for (const admin::Disagreement& one : disagreements) columns.Add({one.about, one.in_text, one.in_verdict});
    columns.Print(context.out);
  }
  return Fail(context, kBadInput,
              std::string(kWhy) +
                  "; nothing was changed: if the verdict is meant all the same, add --yes, or name the "
                  "reference alone");
}

}  // namespace policyd::ctl
