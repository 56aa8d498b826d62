#include "policyd/ctl/commands_decisions.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policyd/admin/measure/evaluation.h"
#include "policyd/admin/measure/names.h"
#include "policyd/admin/measure/replay.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

// A row of BandTitles() or SignalTitles() begins with the cells that name the tally.
using Cells = std::vector<std::string>;

struct NamedTally {
  Cells names;
  const admin::Tally* tally;
};

Cells BandTitles(Cells names) {
  for (const char* title : {"ROWS", "WEIGHT", "PASS", "TAG", "GREYLIST", "DEFER", "REJECT", "TURNED AWAY OR DELAYED"}) {
    names.emplace_back(title);
  }
  return names;
}

void AddBands(Columns& columns, Cells names, const admin::Tally& tally) {
  names.push_back(std::to_string(tally.rows));
  names.push_back(std::to_string(tally.weight));
  for (const rules::Action action : admin::kTalliedActions) names.push_back(std::to_string(tally.Of(action)));
  names.push_back(admin::Percent(tally.held(), tally.weight));
  columns.Add(std::move(names));
}

Cells SignalTitles(Cells names) {
  names.insert(names.begin(), "SIGNAL");
  for (const char* title : {"WEIGHT", "OF ALL", "TURNED AWAY OR DELAYED"}) names.emplace_back(title);
  return names;
}

void PrintSignals(std::ostream& out, const Cells& titles, const std::vector<NamedTally>& tallies) {
  std::set<rules::SignalKind> kinds;
  for (const NamedTally& named : tallies) {
    for (const auto& [kind, share] : named.tally->signals) kinds.insert(kind);
  }
  Columns columns(SignalTitles(titles));
  for (const rules::SignalKind kind : kinds) {
    for (const NamedTally& named : tallies) {
      const auto found = named.tally->signals.find(kind);
      if (found == named.tally->signals.end()) continue;
      Cells cells = named.names;
      cells.insert(cells.begin(), rules::Name(kind));
      cells.push_back(std::to_string(found->second.weight));
      cells.push_back(admin::Percent(found->second.weight, named.tally->weight));
      cells.push_back(admin::Percent(found->second.held, found->second.weight));
      columns.Add(std::move(cells));
    }
  }
  if (!columns.empty()) columns.Print(out);
}

rules::Status WriteRates(const std::string& file, const std::vector<admin::RateCurve>& curves) {
  std::ofstream out(file, std::ios::binary);
  out << admin::DrawRates(curves);
  out.flush();
  if (!out) return rules::Error{fmt::format("{}: expected a file that can be written: {}", file, std::strerror(errno))};
  return rules::Done{};
}

void PrintEvaluation(std::ostream& out, const admin::Evaluation& evaluation) {
  const Cells names{"CORPUS", "LABEL", "HOP"};
  Columns all(BandTitles(names));
  Columns asked(BandTitles(names));
  std::vector<NamedTally> tallies;
  for (const auto& [key, group] : evaluation.groups) {
    const Cells cells{std::get<0>(key), std::get<1>(key), std::get<2>(key)};
    AddBands(all, cells, group.all);
    if (group.lists_asked.rows > 0) AddBands(asked, cells, group.lists_asked);
    tallies.push_back({cells, &group.all});
  }
  all.Print(out);
  if (evaluation.with_lists) {
    out << "\nof these, where lists were asked\n";
    asked.Print(out);
    for (const auto& [name, count] : evaluation.unmapped) {
      out << "not known: " << runtime::Shown(name) << ", " << count << (count == 1 ? " hit\n" : " hits\n");
    }
  }
  out << "\nby signal\n";
  PrintSignals(out, names, tallies);
}

void PrintTallies(std::ostream& out, const admin::LabelTallies& labels) {
  const Cells names{"LABEL"};
  Columns bands(BandTitles(names));
  Columns delays({"LABEL", "KNOWN", "AUTO-WHITELISTED", "CAME BACK", "OF ALL", "WAITED (MEDIAN)", "90 %", "MOST"});
  std::vector<NamedTally> tallies;
  for (const auto& [label, of_label] : labels) {
    const admin::Tally& tally = of_label.first_tries;
    AddBands(bands, {label}, tally);
    const auto delay = [&of_label = of_label](double share) {
      const auto known = of_label.DelayAt(share);
      return known ? rules::PrintDuration(*known) : std::string();
    };
    delays.Add({label, std::to_string(of_label.known), std::to_string(of_label.auto_whitelisted),
                std::to_string(of_label.delays.size()), admin::Percent(of_label.delays.size(), tally.rows), delay(0.5),
                delay(0.9), delay(1)});
    tallies.push_back({{label}, &tally});
  }
  out << "first tries\n";
  bands.Print(out);
  out << "\nlet in at once by the greylist, and after they came back\n";
  delays.Print(out);
  out << "\nby signal\n";
  PrintSignals(out, names, tallies);
}

void PrintNames(std::ostream& out, const std::vector<admin::ClassedName>& names) {
  for (const admin::ClassedName& name : names) {
    out << name.client << '\t' << runtime::Shown(name.name) << '\t' << rules::Name(name.verdict.name_class) << '\t'
        << rules::PrintPoints(name.points) << '\t' << name.verdict.rule << '\n';
  }
}

}  // namespace

ExitStatus RunEvaluate(Context& context, const EvaluateOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto judge = admin::RecordedJudge::Make(*config, options.with_lists);
  if (!judge) return Fail(context, kBadConfiguration, judge.error().message);
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const auto mails = admin::ParseLabelledMail(*text);
  if (!mails) return Fail(context, kBadInput, fmt::format("{}:{}", options.file, mails.error().message));

  const auto evaluation = admin::Evaluate(*judge, *mails, options.with_lists, context.now);
  if (options.svg) {
    const auto written = WriteRates(*options.svg, evaluation.AllCurves());
    if (!written) return Fail(context, kBadInput, written.error().message);
  }
  if (context.is_json) return PrintJson(context, admin::ToJson(evaluation));
  PrintEvaluation(context.out, evaluation);
  return kDone;
}

ExitStatus RunReplay(Context& context, const ReplayOptions& options) {
  const auto retry_after = rules::ParseDuration(options.retry_after);
  if (!retry_after) return Fail(context, kUsage, "--retry-after: " + retry_after.error().message);
  const auto whole = std::chrono::duration_cast<rules::seconds>(*retry_after);
  if (whole != *retry_after) return Fail(context, kUsage, "--retry-after: expected whole seconds");
  const admin::ReturnHabits habits{.retry_after = whole == rules::seconds{0} ? std::nullopt : std::optional(whole),
                                   .spam_returns = options.spam_returns};
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  auto judge = admin::RecordedJudge::Make(*config, options.with_lists);
  if (!judge) return Fail(context, kBadConfiguration, judge.error().message);
  judge->policy.mode = rules::Mode::kEnforce;  // what is asked is what enforcing would do
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  auto mails = admin::ParseTrace(*text);
  if (!mails) return Fail(context, kBadInput, fmt::format("{}:{}", options.file, mails.error().message));
  std::stable_sort(mails->begin(), mails->end(), [](const auto& a, const auto& b) { return a.time < b.time; });

  const auto greylist = admin::ThrowawayGreylist::Make();
  if (!greylist) return Fail(context, kStoreError, greylist.error().message);
  const auto labels = admin::Replay(*judge, *mails, habits, **greylist);
  if (!labels) return Fail(context, kStoreError, labels.error().message);
  if (options.svg) {
    const auto written = WriteRates(*options.svg, admin::CurvesOf(*labels));
    if (!written) return Fail(context, kBadInput, written.error().message);
  }
  if (context.is_json) return PrintJson(context, admin::ToJson(*labels));
  PrintTallies(context.out, *labels);
  return kDone;
}

ExitStatus RunNames(Context& context, const NamesOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const auto names = admin::ClassifyNames(*config->policy, *text);
  if (!names) return Fail(context, kBadInput, options.file + names.error().message);
  if (context.is_json) return PrintJson(context, admin::ToJson(*names));
  PrintNames(context.out, *names);
  return kDone;
}

}  // namespace policyd::ctl
