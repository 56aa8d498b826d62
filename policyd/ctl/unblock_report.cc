#include "policyd/ctl/unblock_report.h"

#include <ostream>
#include <utility>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/journal_rows.h"
#include "policyd/ctl/list_entries.h"
#include "policyd/ctl/unblock_remedies.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kVerdictsShown = 5;

std::string MadeBy(const rules::ListEntry& entry) {
  return "(by " + Shown(entry.author) + (entry.comment.empty() ? "" : ": " + Shown(entry.comment)) + ")";
}

void SayWhetherItPasses(std::ostream& out, const UnblockPlan& plan, bool is_dry_run) {
  if (LetsIn(plan.verdict)) {
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

void SayText(std::ostream& out, const UnblockPlan& plan, std::uint64_t released, bool is_dry_run) {
  for (std::size_t i = 0; i < plan.rows.size() && i < kVerdictsShown; ++i) PrintRow(out, plan.rows[i]);
  if (plan.rows.size() > kVerdictsShown) out << "and " << plan.rows.size() - kVerdictsShown << " verdicts more\n";

  const char* word = is_dry_run ? "Would be allowed: " : "Now allowed: ";
  out << (plan.was_there ? "Allowed already: " : word) << Describe(plan.entry) << '\n';
  SayWhetherItPasses(out, plan, is_dry_run);
  out << (is_dry_run ? "Triplets that wait: " : "Triplets released: ") << released << '\n';
  const bool is_added = !is_dry_run && !plan.was_there;
  if (is_added) out << "To undo it: sekimorictl whitelist remove " << plan.entry.target.text << '\n';
}

Json ToJson(const UnblockPlan& plan, std::uint64_t released, bool is_dry_run) {
  Json verdicts = Json::Array();
  for (const cache::JournalRow& row : plan.rows) verdicts.Append(RowToJson(row));
  Json overridden = Json::Array();
  for (const rules::ListEntry& other : plan.overridden) overridden.Append(EntryToJson(other));
  return Json::Object()
      .Add("verdicts", std::move(verdicts))
      .Add("entry", EntryToJson(plan.entry))
      .Add("meaning", Describe(plan.entry))
      .Add("was_there", plan.was_there)
      .Add("passes", LetsIn(plan.verdict))
      .Add("action", rules::Name(plan.verdict.action))
      .Add("reason", rules::Name(plan.verdict.reason))
      .Add("by_entry", plan.verdict.entry ? EntryToJson(*plan.verdict.entry) : Json())
      .Add("overridden", std::move(overridden))
      .Add("released", released)
      .Add("dry_run", is_dry_run);
}

}  // namespace

void SayUnblocked(Context& context, const UnblockPlan& plan, std::uint64_t released, bool is_dry_run) {
  if (context.is_json) {
    context.out << ToJson(plan, released, is_dry_run).Dump() << '\n';
  } else {
    SayText(context.out, plan, released, is_dry_run);
  }
}

}  // namespace policyd::ctl
