#include <algorithm>
#include <ostream>
#include <vector>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/rows.h"
#include "policyd/ctl/terminal.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "rules/explanation.h"

namespace policyd::ctl {
namespace {

const char* StateOf(const rules::ReverseDnsView& reverse) {
  return rules::Name(reverse.state);
}

void PrintComeBack(Context& context, const admin::Explained& explained) {
  const rules::Verdict& verdict = explained.result.finished.verdict;
  if (!verdict.triplet) return;
  context.out << "Greylist  " << admin::SeenBefore(verdict);
  if (const auto& back = explained.come_back) {
    context.out << "; may come back " << (verdict.wait.count() > 0 ? "in " + rules::PrintDuration(verdict.wait) : "now")
                << ", from " << admin::ShownTime(back->from) << " until " << admin::ShownTime(back->until);
  }
  context.out << '\n';
  const rules::Request& request = explained.request;
  if (!explained.is_of_anybody) return;
  context.out << "          (each mail waits by itself: name its reference, or --sender and --recipient; all of them: "
                 "sekimorictl greylist show "
              << request.client->ToString() << ")\n";
}

void PrintThenAndNow(Context& context, const config::Config& config, const admin::Explained& explained) {
  const cache::JournalRow& then = *explained.then;
  const serve::Inquiry::Finished& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  const rules::ReverseDnsView& reverse = explained.result.assessment.reverse;
  Columns columns({"about", "then, " + admin::ShownTime(then.last), "now"});
  columns.Add({"verdict", then.would.empty() ? then.action : then.action + ", would " + then.would,
               rules::Name(finished.answered) + admin::BesideAction(finished)});
  columns.Add({"because of", then.reason, rules::Name(verdict.reason)});
  columns.Add({"score", then.score, rules::PrintScore(verdict.score)});
  columns.Add({"signals", then.signals, rules::PrintSignals(explained.signals())});
  columns.Add({"mode", then.mode, rules::Name(verdict.mode)});
  columns.Add({"name", then.name, reverse.name});
  columns.Add({"reverse DNS", admin::ReverseDnsOf(then), StateOf(reverse)});
  const auto aged = [](const rules::FactText& fact) {
    return admin::AnswerOf(fact) + (fact.age ? " (" + rules::PrintDuration(*fact.age) + " old)" : "");
  };
  std::vector<rules::FactText> now;
  for (const auto& [question, fact] : explained.dns_facts) {
    now.push_back(admin::Describe(config, question, fact, context.now));
  }
  const auto is_same = [](const rules::FactText& a) {
    return [&a](const rules::FactText& b) { return a.asked == b.asked && a.name == b.name && a.list == b.list; };
  };
  for (const rules::FactText& fact : then.facts) {
    const auto again = std::find_if(now.begin(), now.end(), is_same(fact));
    columns.Add({fact.asked + " " + fact.About(), aged(fact), again == now.end() ? "not asked" : aged(*again)});
  }
  for (const rules::FactText& fact : now) {
    if (std::any_of(then.facts.begin(), then.facts.end(), is_same(fact))) continue;
    columns.Add({fact.asked + " " + fact.About(), "not asked", aged(fact)});
  }
  columns.Print(context.out);
}

void PrintSignalRows(std::ostream& out, const std::vector<rules::Signal>& signals) {
  if (signals.empty()) {
    out << "  none\n";
    return;
  }
  Columns columns({"signal", "points", "rests on"});
  for (const rules::Signal& signal : signals) {
    const std::string about = signal.name.empty() ? signal.detail : signal.name + " on " + signal.detail;
    columns.Add({rules::Name(signal.kind), rules::PrintPoints(signal.points), about});
  }
  columns.Print(out);
}

void PrintLeftOut(std::ostream& out, const std::vector<cache::ZoneStateRow>& lists) {
  if (lists.empty()) return;
  out << "\nLists that give no points now\n";
  for (const cache::ZoneStateRow& row : lists) {
    const std::string reason = dns::ZoneReasonText(row.reason);
    out << "  " << row.shown << ": " << rules::Name(row.state) << (reason.empty() ? "" : ", " + reason) << '\n';
  }
}

void PrintConduct(std::ostream& out, const std::optional<admin::Conduct>& conduct) {
  if (!conduct) return;
  const rules::ConductFigures& figures = conduct->view.figures;
  out << "\nReputation of " << runtime::Shown(conduct->client_key) << ": " << rules::Name(conduct->view.reputation)
      << " (yesterday " << figures.yesterday << ", on a day of the month before " << figures.month_mean()
      << " mails)\n";
  for (const rules::Statement& statement : conduct->view.because) {
    out << "  " << rules::InEnglish(statement, rules::ReputationRows()) << '\n';
  }
}

void PrintVerdict(Context& context, const config::Config& config, const admin::Explained& explained) {
  std::ostream& out = context.out;
  const serve::Inquiry::Finished& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  const rules::Treatment treatment = rules::TreatmentOf(*config.policy, explained.request.recipient);
  out << "\nVerdict   " << ColouredAction(out, rules::Name(finished.answered)) << admin::BesideAction(finished) << " ("
      << rules::Name(verdict.reason) << "), score " << rules::PrintScore(verdict.score) << "; "
      << rules::PrintBands(treatment) << '\n';
  if (verdict.entry) {
    out << "Entry     " << rules::Name(verdict.entry->list) << ": " << rules::Meaning(verdict.entry->target) << " (by "
        << runtime::Shown(verdict.entry->author) << ", " << admin::ShownTime(verdict.entry->created)
        << (verdict.entry->comment.empty() ? "" : ": " + runtime::Shown(verdict.entry->comment)) << ")\n";
  }
  if (verdict.table_rule) out << "Table     " << runtime::Shown(*verdict.table_rule) << '\n';
  if (treatment.name) out << "Class     " << runtime::Shown(*treatment.name) << " (of the recipient)\n";
  if (verdict.mode != rules::Mode::kEnforce)
    out << "Mode      " << rules::Name(verdict.mode) << ": nothing is turned away\n";
  out << "Reply     " << runtime::Shown(explained.reply) << '\n';
  PrintComeBack(context, explained);
  if (explained.remedies.empty()) return;
  out << "\nWhat would change it\n";
  for (const rules::Statement& remedy : explained.remedies) {
    out << "  - " << runtime::Shown(rules::InEnglish(remedy, rules::RemedyRows())) << '\n';
  }
}

void PrintText(Context& context, const config::Config& config, const admin::Explained& explained) {
  const rules::ReverseDnsView& reverse = explained.result.assessment.reverse;
  if (explained.then) {
    PrintRow(context.out, *explained.then);
    context.out << '\n';
    PrintThenAndNow(context, config, explained);
    context.out << '\n';
  }
  context.out << "Client    " << explained.request.client->ToString() << "  "
              << (reverse.name.empty() ? "no name" : runtime::Shown(reverse.name)) << " (" << StateOf(reverse) << ")\n";
  if (!explained.dns_facts.empty()) {
    context.out << '\n';
    PrintFacts(context, config, explained.dns_facts);
  }
  context.out << "\nSignals\n";
  PrintSignalRows(context.out, explained.signals());
  PrintLeftOut(context.out, explained.result.left_out);
  PrintConduct(context.out, explained.conduct);
  PrintVerdict(context, config, explained);
}

}  // namespace

ExitStatus RunExplain(Context& context, const ExplainOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const OpenedStore opened = OpenStore(context, Needs::kWholeConfig);
  if (!opened.stores) return opened.status;
  const auto explained = admin::Explain(opened.config, *opened.stores, options, context.now);
  if (!explained) return Fail(context, explained.error());
  if (context.is_json) {
    context.out << admin::ToJson(opened.config, *explained, context.now).Dump() << '\n';
  } else {
    PrintText(context, opened.config, *explained);
  }
  return kDone;
}

}  // namespace policyd::ctl
