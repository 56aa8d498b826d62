#include "policyd/ctl/rows.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/admin/stores/facts.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/terminal.h"
#include "rules/values/ascii.h"

namespace policyd::ctl {
namespace {

std::string Angled(const std::string& address) {
  return "<" + address + ">";
}

// ", would reject" if the mode let in a mail that enforce would not; ", shadow reject" if the shadow policy differs.
std::string BesideAction(const cache::JournalRow& row) {
  std::string text;
  if (!row.would.empty()) text += ", would " + row.would;
  if (!row.shadow.empty()) text += ", shadow " + row.shadow.substr(0, row.shadow.find(';'));
  return text;
}

std::string ActionOf(const cache::JournalRow& row) {
  return row.action + BesideAction(row);
}

// "fresh for 5m", "stale for 2h"; of a failure when DNS is asked again.
std::string Freshness(const rules::FactText& text, const rules::Fact& fact, rules::TimePoint now) {
  if (!text.age) return "not known";
  if (rules::IsFromFuture(fact.learnt, now)) return "learnt while the clock was ahead: asked again";
  const bool is_fresh = fact.is_fresh(now);
  if (fact.is_unavailable())
    return is_fresh ? "asked again in " + rules::PrintDuration(fact.until - now) : "asked again";
  return (is_fresh ? "fresh for " : "stale for ") +
         rules::PrintDuration(is_fresh ? fact.until - now : now - fact.until);
}

void PrintFigureLines(std::ostream& out, const std::vector<admin::Figure>& figures,
                      const std::optional<cache::StoreLock::HeldBy>& daemon) {
  std::size_t width = 0;
  for (const admin::Figure& figure : figures) width = std::max(width, figure.title.size());
  const auto print = [&](std::string_view title, const std::string& value) {
    out << title << std::string(width - title.size() + 2, ' ') << value << '\n';
  };
  for (const admin::Figure& figure : figures)
    print(figure.title, figure.value ? std::to_string(*figure.value) : "unknown");
  print("daemon", daemon ? "runs, " + PidText(*daemon) : "does not run");
}

}  // namespace

std::string PidText(const cache::StoreLock::HeldBy& daemon) {
  return daemon.pid ? "pid " + std::to_string(*daemon.pid) : "pid unknown";
}

void PrintRows(std::ostream& out, const std::vector<cache::JournalRow>& rows) {
  Columns columns(
      {"last", "times", "reference", "client", "name", "sender", "recipient", "action", "reason", "score", "why"});
  for (const cache::JournalRow& row : rows) {
    columns.Add({admin::ShownTime(row.last), std::to_string(row.times), row.reference.ToString(), row.client.ToString(),
                 row.name, Angled(row.sender), Angled(row.recipient), ActionOf(row), row.reason, row.score,
                 admin::WhyOf(row)});
  }
  if (!columns.empty()) columns.Print(out);
}

void PrintLine(std::ostream& out, const cache::JournalRow& row) {
  out << admin::ShownTime(row.last) << "  " << row.reference.ToString() << "  "
      << ColouredAction(out, runtime::Shown(row.action)) << runtime::Shown(BesideAction(row)) << " ("
      << runtime::Shown(row.reason) << ", " << runtime::Shown(row.score)
      << (admin::WhyOf(row).empty() ? "" : ", " + runtime::Shown(admin::WhyOf(row))) << ")  " << row.client.ToString()
      << ' ' << (row.name.empty() ? "-" : runtime::Shown(row.name)) << "  " << runtime::Shown(Angled(row.sender))
      << " to " << runtime::Shown(Angled(row.recipient));
  if (row.times > 1) out << "  " << row.times << " times";
  out << '\n';
}

void PrintRow(std::ostream& out, const cache::JournalRow& row) {
  const bool is_enforced = row.mode == rules::Name(rules::Mode::kEnforce);
  out << row.reference.ToString() << ": " << ColouredAction(out, runtime::Shown(row.action))
      << (row.would.empty() ? "" : ", would " + runtime::Shown(row.would)) << ", because of "
      << runtime::Shown(row.reason)
      << (is_enforced ? "" : " (mode " + runtime::Shown(row.mode) + ": let in all the same)") << '\n';
  out << "  when       " << admin::ShownTime(row.last);
  if (row.times > 1) out << ", " << row.times << " times since " << admin::ShownTime(row.first);
  out << '\n';
  out << "  client     " << row.client.ToString() << ", " << (row.name.empty() ? "no name" : runtime::Shown(row.name))
      << " (reverse DNS: " << runtime::Shown(admin::ReverseDnsOf(row)) << ")\n";
  out << "  helo       " << runtime::Shown(row.helo) << '\n';
  out << "  sender     " << runtime::Shown(Angled(row.sender)) << '\n';
  out << "  recipient  " << runtime::Shown(Angled(row.recipient))
      << (row.recipient_class.empty() ? "" : " (class " + runtime::Shown(row.recipient_class) + ")") << '\n';
  out << "  score      " << runtime::Shown(row.score)
      << (row.signals.empty() ? "" : ", signals " + runtime::Shown(row.signals)) << '\n';
  if (!row.spf.empty()) out << "  spf        " << runtime::Shown(row.spf) << '\n';
  if (!row.entry.empty()) out << "  entry      " << runtime::Shown(row.entry) << '\n';
  if (!row.table.empty()) out << "  table      " << runtime::Shown(row.table) << '\n';
  out << "  reply      " << runtime::Shown(row.reply) << '\n';
  if (!row.shadow.empty()) out << "  shadow     " << runtime::Shown(row.shadow) << '\n';
}

void PrintFacts(Context& context, const config::Config& config, const cache::KnownFacts& known) {
  Columns columns({"asked", "about", "answer", "records", "age", "state"});
  for (const auto& [question, fact] : known) {
    const rules::FactText text = admin::Describe(config, question, fact, context.now);
    columns.Add({text.asked, text.About(), text.answer, rules::Joined(text.records),
                 text.age ? rules::PrintDuration(*text.age) : "", Freshness(text, fact, context.now)});
  }
  columns.Print(context.out);
}

void PrintFigures(Context& context, const std::vector<admin::Figure>& figures,
                  const std::optional<cache::StoreLock::HeldBy>& daemon) {
  if (context.is_json) {
    context.out << admin::FiguresToJson(figures, daemon).Dump() << '\n';
  } else {
    PrintFigureLines(context.out, figures, daemon);
  }
}

}  // namespace policyd::ctl
