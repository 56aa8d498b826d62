#include "policyd/ctl/evaluate.h"

#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policyd/admin/measure/labelled_mail.h"
#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/admin/measure/tally.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

struct Group {
  admin::Tally all;
  admin::Tally lists_asked;  // those of which list hits, or that there was none, are recorded
};

struct Report {
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups;  // by corpus, label and hop
  std::map<std::string, std::uint64_t> unmapped;                              // hits that stand for no zone
  std::map<std::string, admin::RateCurve> curves;                             // by corpus
};

// Every mail is a first sight.
rules::Fact NobodyCameBefore(const rules::Question&) {
  return {.state = rules::Fact::State::kAbsent};
}

Report Judge(const admin::RecordedJudge& judge, const std::vector<admin::LabelledMail>& mails, bool with_lists,
             rules::TimePoint now) {
  Report report;
  for (const admin::LabelledMail& mail : mails) {
    const rules::Verdict verdict = judge.Judge(mail, now, NobodyCameBefore);
    Group& group = report.groups[{mail.corpus, mail.label, mail.hop}];
    group.all.Add(verdict, mail.weight);
    admin::RateCurve& curve = report.curves[mail.corpus];
    curve.name = mail.corpus;
    if (mail.label == "ham") curve.ham.Add(verdict, mail.weight);
    if (mail.label == "spam") curve.spam.Add(verdict, mail.weight);
    if (!with_lists || !mail.list_hits) continue;
    group.lists_asked.Add(verdict, mail.weight);
    for (const std::string& hit : *mail.list_hits) {
      if (!judge.hits.contains(hit)) ++report.unmapped[hit];
    }
  }
  return report;
}

void PrintText(std::ostream& out, const Report& report, bool with_lists) {
  const Cells names{"CORPUS", "LABEL", "HOP"};
  Columns all(BandTitles(names));
  Columns asked(BandTitles(names));
  std::vector<NamedTally> tallies;
  for (const auto& [key, group] : report.groups) {
    const Cells cells{std::get<0>(key), std::get<1>(key), std::get<2>(key)};
    AddBands(all, cells, group.all);
    if (group.lists_asked.rows > 0) AddBands(asked, cells, group.lists_asked);
    tallies.push_back({cells, &group.all});
  }
  all.Print(out);
  if (with_lists) {
    out << "\nof these, where lists were asked\n";
    asked.Print(out);
    for (const auto& [name, count] : report.unmapped) {
      out << "not known: " << Shown(name) << ", " << count << (count == 1 ? " hit\n" : " hits\n");
    }
  }
  out << "\nby signal\n";
  PrintSignals(out, names, tallies);
}

void PrintJson(std::ostream& out, const Report& report, bool with_lists) {
  Json groups = Json::Array();
  for (const auto& [key, group] : report.groups) {
    Json row = ToJson(group.all);
    row.Add("corpus", std::get<0>(key)).Add("label", std::get<1>(key)).Add("hop", std::get<2>(key));
    if (with_lists) row.Add("lists_asked", ToJson(group.lists_asked));
    groups.Append(std::move(row));
  }
  Json document = Json::Object();
  document.Add("groups", std::move(groups));
  if (with_lists) {
    Json unmapped = Json::Object();
    for (const auto& [name, count] : report.unmapped) unmapped.Add(name, count);
    document.Add("unmapped", std::move(unmapped));
  }
  out << document.Dump() << '\n';
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

  const Report report = Judge(*judge, *mails, options.with_lists, context.now);
  if (!options.svg.empty()) {
    std::vector<admin::RateCurve> curves;
    for (const auto& [corpus, curve] : report.curves) curves.push_back(curve);
    const auto written = WriteRates(options.svg, curves);
    if (!written) return Fail(context, kBadInput, written.error().message);
  }
  if (context.is_json) {
    PrintJson(context.out, report, options.with_lists);
  } else {
    PrintText(context.out, report, options.with_lists);
  }
  return kDone;
}

}  // namespace policyd::ctl
