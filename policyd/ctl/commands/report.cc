#include "policyd/admin/report/report.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <set>

#include "policyd/ctl/commands_decisions.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/shown.h"
#include "rules/explanation.h"

namespace policyd::ctl {
namespace {

using admin::ReportLine;
using admin::ReportSection;

const char* TitleOf(ReportSection section) {
  switch (section) {
    case ReportSection::kMail:
      return "The mail";
    case ReportSection::kClient:
      return "Names of the client";
    case ReportSection::kHelo:
      return "HELO";
    case ReportSection::kSpf:
      return "SPF";
    case ReportSection::kDkim:
      return "DKIM";
    case ReportSection::kDmarc:
      return "DMARC";
    case ReportSection::kMx:
      return "MX";
    case ReportSection::kMtaSts:
      return "MTA-STS";
    case ReportSection::kTlsReports:
      return "TLS reports";
    case ReportSection::kDane:
      return "DANE";
    case ReportSection::kBimi:
      return "BIMI";
    case ReportSection::kLists:
      return "Lists";
    case ReportSection::kNow:
      return "What we would answer";
  }
  return "";
}

std::string WordOf(admin::LineState state) {
  std::string word = Name(state);
  std::ranges::replace(word, '_', ' ');
  return word;
}

class Printer {
 public:
  Printer(Context& context, bool shows_progress) : context_(context), shows_progress_(shows_progress) {}

  // Parts come in their order, so one that is open holds back those behind it.
  void Progress(const admin::Report& report) {
    for (const admin::ReportPart& part : report.parts) {
      const bool is_held = std::ranges::any_of(report.open, [&](ReportSection open) { return open <= part.section; });
      if (is_held) break;
      Print(part);
    }
    if (!shows_progress_ || report.asked == 0) return;
    context_.error << '\r' << report.answered << " of " << report.asked << " answers" << std::flush;
    has_progress_ = true;
  }

  void Finish(const admin::Report& report) {
    for (const admin::ReportPart& part : report.parts) Print(part);
    ClearProgress();
    if (!report.now || report.now->remedies.empty()) return;
    context_.out << "\nWhat would change it\n";
    for (const rules::Statement& remedy : report.now->remedies) {
      context_.out << "  - " << runtime::Shown(rules::InEnglish(remedy, rules::RemedyRows())) << '\n';
    }
  }

 private:
  void Print(const admin::ReportPart& part) {
    if (!printed_.insert(part.section).second) return;
    ClearProgress();
    context_.out << (printed_.size() == 1 ? "" : "\n") << Bold(context_.out, TitleOf(part.section)) << '\n';
    for (const ReportLine& line : part.lines) Print(line);
    context_.out << std::flush;
  }

  void Print(const ReportLine& line) {
    constexpr std::size_t kStateWidth = 11;
    const std::string word = WordOf(line.state);
    const std::string indent(static_cast<std::size_t>(line.depth) * 2, ' ');
    context_.out << "  " << ColouredAction(context_.out, word) << std::string(kStateWidth - word.size(), ' ') << indent
                 << runtime::Shown(rules::InEnglish(line.what, admin::ReportRows())) << '\n';
    const std::string below = std::string(2 + kStateWidth + 2, ' ') + indent;
    if (line.means) {
      const rules::Statement means{.kind = *line.means, .about = line.what.about};
      context_.out << below << runtime::Shown(rules::InEnglish(means, admin::ReportRows())) << '\n';
    }
    const auto add = [&](const char* what, const std::optional<std::string>& text) {
      if (text) context_.out << below << what << runtime::Shown(*text) << '\n';
    };
    add("publish  ", line.record);
    // What is fine need not be checked.
    if (line.state != admin::LineState::kFine) add("check    ", line.command);
    add("removal  ", line.link);
  }

  void ClearProgress() {
    if (!has_progress_) return;
    context_.error << '\r' << std::string(30, ' ') << '\r' << std::flush;
    has_progress_ = false;
  }

  Context& context_;
  const bool shows_progress_;
  bool has_progress_ = false;
  std::set<ReportSection> printed_;
};

}  // namespace

ExitStatus RunReport(Context& context, const ReportCommandOptions& options) {
  admin::ReportOptions about = options.about;
  if (about.subject == "-") about.mail = ReadBeginning(context, admin::kLargestHeader);
  if (const auto checked = admin::Check(about); !checked) return Fail(context, checked.error());
  const OpenedStore opened = OpenStore(context, Needs::kWholeConfig);
  if (!opened.stores) return opened.status;
  Printer printer(context, options.shows_progress && !context.is_json);
  const auto report =
      admin::MakeReport(opened.config, *opened.stores, about, context.now, [&](const admin::Report& so_far) {
        if (!context.is_json) printer.Progress(so_far);
      });
  if (!report) return Fail(context, report.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(opened.config, *report, context.now));
  printer.Finish(*report);
  return kDone;
}

}  // namespace policyd::ctl
