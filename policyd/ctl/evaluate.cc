#include "policyd/ctl/evaluate.h"

#include <array>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/contrib_files.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/labelled_mail.h"
#include "policyd/ctl/recorded_answers.h"
#include "policyd/json.h"

namespace policyd::ctl {
namespace {

using rules::Action;

constexpr std::array kActions{Action::kPass, Action::kTag, Action::kGreylist, Action::kDefer, Action::kReject};

// What became of some mails; all figures are sums of weights but `rows`.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t weight = 0;
  std::map<Action, std::uint64_t> actions;
  std::map<rules::SignalKind, std::uint64_t> signals;
  std::map<rules::Points, std::uint64_t> scores;

  void Add(const LabelledMail& mail, const rules::Verdict& verdict) {
    ++rows;
    weight += mail.weight;
    actions[verdict.action] += mail.weight;
    for (const rules::Signal& signal : verdict.signals) signals[signal.kind] += mail.weight;
    scores[verdict.score] += mail.weight;
  }
  std::uint64_t Of(Action action) const {
    const auto found = actions.find(action);
    return found == actions.end() ? 0 : found->second;
  }
};

struct Group {
  Tally all;
  Tally lists_asked;  // those of which list hits, or that there was none, are recorded
};

struct Report {
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups;  // by corpus, label and hop
  std::map<std::string, std::uint64_t> unmapped;                              // hits that stand for no zone
};

struct Judges {
  rules::Policy policy;
  RecordedHits hits;
};

// The policy that judges: lists are left out, or are those whose hits are recorded.
rules::Result<Judges> Prepare(const Config& config, bool with_lists) {
  Judges judges{.policy = *config.policy, .hits = {}};
  judges.policy.name_sites.clear();  // nobody records what name lists say
  if (!with_lists) {
    judges.policy.sites.clear();
    return judges;
  }
  auto hits = ParseRecordedHits(DnsblTsv());
  if (!hits) return hits.error();
  judges.hits = *std::move(hits);
  if (!judges.policy.sites.empty()) return judges;
  const auto ready = ParseConfig("contrib/dnsbl.toml", DnsblToml());
  const Config* ready_set = std::get_if<Config>(&ready);
  if (!ready_set) return rules::Error{std::get_if<ConfigErrors>(&ready)->front()};
  judges.policy.sites = ready_set->policy->sites;
  return judges;
}

Report Judge(const Judges& judges, const std::vector<LabelledMail>& mails, bool with_lists, rules::TimePoint now) {
  Report report;
  for (const LabelledMail& mail : mails) {
    const rules::Verdict verdict = JudgeRecorded(judges.policy, judges.hits, mail, now);
    Group& group = report.groups[{mail.corpus, mail.label, mail.hop}];
    group.all.Add(mail, verdict);
    if (!with_lists || !mail.list_hits) continue;
    group.lists_asked.Add(mail, verdict);
    for (const std::string& hit : *mail.list_hits) {
      if (!judges.hits.contains(hit)) ++report.unmapped[hit];
    }
  }
  return report;
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::string()
                    : fmt::format("{:.2f}%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void AddRow(Columns& columns, const std::string& corpus, const std::string& label, const std::string& hop,
            const Tally& tally) {
  std::vector<std::string> cells{corpus, label, hop, std::to_string(tally.rows), std::to_string(tally.weight)};
  for (const Action action : kActions) cells.push_back(std::to_string(tally.Of(action)));
  const std::uint64_t held = tally.Of(Action::kGreylist) + tally.Of(Action::kDefer) + tally.Of(Action::kReject);
  cells.push_back(Percent(held, tally.weight));
  columns.Add(std::move(cells));
}

void PrintText(std::ostream& out, const Report& report, bool with_lists) {
  const std::vector<std::string> titles{"CORPUS",
                                        "LABEL",
                                        "HOP",
                                        "ROWS",
                                        "WEIGHT",
                                        "PASS",
                                        "TAG",
                                        "GREYLIST",
                                        "DEFER",
                                        "REJECT",
                                        "TURNED AWAY OR DELAYED"};
  Columns all(titles);
  Columns asked(titles);
  for (const auto& [key, group] : report.groups) {
    const auto& [corpus, label, hop] = key;
    AddRow(all, corpus, label, hop, group.all);
    if (group.lists_asked.rows > 0) AddRow(asked, corpus, label, hop, group.lists_asked);
  }
  all.Print(out);
  if (!with_lists) return;
  out << "\nof these, where lists were asked\n";
  asked.Print(out);
  for (const auto& [name, count] : report.unmapped) {
    out << "not known: " << Shown(name) << ", " << count << (count == 1 ? " hit\n" : " hits\n");
  }
}

Json ToJson(const Tally& tally) {
  Json actions = Json::Object();
  for (const Action action : kActions) actions.Add(rules::Name(action), tally.Of(action));
  Json signals = Json::Object();
  for (const auto& [kind, weight] : tally.signals) signals.Add(rules::Name(kind), weight);
  Json scores = Json::Object();
  for (const auto& [score, weight] : tally.scores) scores.Add(rules::PrintScore(score), weight);
  return Json::Object()
      .Add("rows", tally.rows)
      .Add("weight", tally.weight)
      .Add("actions", std::move(actions))
      .Add("signals", std::move(signals))
      .Add("scores", std::move(scores));
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
  const auto judges = Prepare(*config, options.with_lists);
  if (!judges) return Fail(context, kBadConfiguration, judges.error().message);
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const auto mails = ParseLabelledMail(*text);
  if (!mails) return Fail(context, kBadInput, fmt::format("{}:{}", options.file, mails.error().message));

  const Report report = Judge(*judges, *mails, options.with_lists, context.now);
  if (context.is_json) {
    PrintJson(context.out, report, options.with_lists);
  } else {
    PrintText(context.out, report, options.with_lists);
  }
  return kDone;
}

}  // namespace policyd::ctl
