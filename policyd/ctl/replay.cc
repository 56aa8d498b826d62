#include "policyd/ctl/replay.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policyd/admin/measure/arrivals.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

using Labels = std::map<std::string, admin::Arrivals>;

void PrintText(std::ostream& out, const Labels& labels) {
  const Cells names{"LABEL"};
  Columns bands(BandTitles(names));
  Columns delays({"LABEL", "KNOWN", "AUTO-WHITELISTED", "CAME BACK", "OF ALL", "WAITED (MEDIAN)", "90 %", "MOST"});
  std::vector<NamedTally> tallies;
  for (const auto& [label, arrivals] : labels) {
    const admin::Tally& tally = arrivals.first_tries;
    AddBands(bands, {label}, tally);
    const auto delay = [&arrivals = arrivals](double share) {
      return arrivals.delays.empty() ? std::string() : rules::PrintDuration(arrivals.DelayAt(share));
    };
    delays.Add({label, std::to_string(arrivals.known), std::to_string(arrivals.auto_whitelisted),
                std::to_string(arrivals.delays.size()), admin::Percent(arrivals.delays.size(), tally.rows), delay(0.5),
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

void PrintJson(std::ostream& out, const Labels& labels) {
  Json array = Json::Array();
  for (const auto& [label, arrivals] : labels) {
    const auto delay = [&arrivals = arrivals](double share) {
      return static_cast<std::int64_t>(arrivals.DelayAt(share).count());
    };
    array.Append(ToJson(arrivals.first_tries)
                     .Add("label", label)
                     .Add("known", arrivals.known)
                     .Add("auto_whitelisted", arrivals.auto_whitelisted)
                     .Add("came_back", arrivals.delays.size())
                     .Add("delay_seconds",
                          Json::Object().Add("median", delay(0.5)).Add("p90", delay(0.9)).Add("most", delay(1))));
  }
  out << Json::Object().Add("labels", std::move(array)).Dump() << '\n';
}

std::vector<admin::RateCurve> CurvesOf(const Labels& labels) {
  admin::RateCurve curve{.name = "replay", .ham = {}, .spam = {}};
  if (const auto ham = labels.find("ham"); ham != labels.end()) curve.ham = ham->second.first_tries;
  if (const auto spam = labels.find("spam"); spam != labels.end()) curve.spam = spam->second.first_tries;
  return {curve};
}

}  // namespace

ExitStatus RunReplay(Context& context, const ReplayOptions& options) {
  const auto retry_after = rules::ParseDuration(options.retry_after);
  if (!retry_after) return Fail(context, kUsage, "--retry-after: " + retry_after.error().message);
  const admin::ReturnHabits habits{.retry_after = std::chrono::duration_cast<rules::seconds>(*retry_after),
                                   .spam_returns = options.spam_returns};
  if (habits.retry_after != *retry_after) return Fail(context, kUsage, "--retry-after: expected whole seconds");
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
  if (!options.svg.empty()) {
    const auto written = WriteRates(options.svg, CurvesOf(*labels));
    if (!written) return Fail(context, kBadInput, written.error().message);
  }
  if (context.is_json) {
    PrintJson(context.out, *labels);
  } else {
    PrintText(context.out, *labels);
  }
  return kDone;
}

}  // namespace policyd::ctl
