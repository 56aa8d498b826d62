#include "policyd/admin/overview/overview.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "policyd/admin/option_values.h"
#include "policyd/admin/status/status.h"
#include "policyd/admin/watch/watch.h"

namespace policyd::admin {
namespace {

using cache::History;
using cache::HistoryCounts;
using rules::Action;
using rules::seconds;
using rules::TimePoint;

constexpr std::chrono::days kLongest{60};
constexpr std::int64_t kMostBins = 170;  // a bar of some pixels each
constexpr std::size_t kTops = 8;
constexpr std::size_t kNewestShown = 20;
constexpr std::size_t kAppealsShown = 10;
constexpr std::size_t kLoginsShown = 10;

constexpr std::array kSteps{seconds{60},   seconds{300},   seconds{600},   seconds{3600},
                            seconds{7200}, seconds{21600}, seconds{43200}, seconds{86400}};

AnswerTimes TimesOf(const std::array<std::uint64_t, metrics::kVerdictBuckets.size() + 1>& buckets) {
  AnswerTimes times;
  for (const std::uint64_t count : buckets) times.count += count;
  const auto percentile = [&](double share) -> std::optional<double> {
    if (times.count == 0) return std::nullopt;
    const double rank = share * static_cast<double>(times.count);
    double below = 0;
    for (std::size_t i = 0; i < metrics::kVerdictBuckets.size(); ++i) {
      const auto count = static_cast<double>(buckets[i]);
      const double begin = i == 0 ? 0 : metrics::kVerdictBuckets[i - 1];
      if (count > 0 && below + count >= rank) {
        return begin + (metrics::kVerdictBuckets[i] - begin) * std::max(rank - below, 0.0) / count;
      }
      below += count;
    }
    return metrics::kVerdictBuckets.back();  // or longer
  };
  times.p50 = percentile(0.5);
  times.p99 = percentile(0.99);
  return times;
}

std::pair<AnswerTimes, AnswerTimes> CachedAndAsked(const HistoryCounts& counts) {
  std::array<std::uint64_t, metrics::kVerdictBuckets.size() + 1> cached{}, asked{};
  for (std::size_t i = 0; i < cached.size(); ++i) {
    asked[i] = counts.At(HistoryCounts::kAskedTimes, i);
    const std::uint64_t all = counts.At(HistoryCounts::kTimes, i);
    cached[i] = all - std::min(all, asked[i]);  // the two are read one after the other
  }
  return {TimesOf(cached), TimesOf(asked)};
}

// The counts of each bin: what the store holds, and what it may not hold yet.
std::vector<HistoryCounts> SumsOf(const OverviewSources& sources, const OverviewSpan& span, TimePoint now) {
  std::vector<HistoryCounts> sums(static_cast<std::size_t>((span.until - span.since) / span.step));
  const auto sum_of = [&](TimePoint begin) {
    const bool is_shown = begin >= span.since && begin < span.until;
    return is_shown ? &sums[static_cast<std::size_t>((begin - span.since) / span.step)] : nullptr;
  };
  const History::Step step = span.step < seconds{3600} ? History::Step::kMinute : History::Step::kHour;
  // Rows that may be behind what was handed over since.
  std::map<TimePoint, HistoryCounts> late;
  for (const cache::HistoryMinute& minute : sources.newest.handed_over) late[History::BeginOf(step, minute.minute)];
  {
    cache::ReadTransaction snapshot(sources.stores.records_environment());
    sources.stores.history().AddUp(snapshot, step, now, [&](TimePoint begin) {
      const auto found = late.find(begin);
      return found == late.end() ? sum_of(begin) : &found->second;
    });
  }
  for (const cache::HistoryMinute& minute : sources.newest.handed_over) {
    late[History::BeginOf(step, minute.minute)].Raise(minute.counts);
  }
  for (const auto& [begin, counts] : late) {
    if (HistoryCounts* sum = sum_of(begin)) sum->Add(counts);
  }
  const cache::HistoryMinute& running = sources.newest.running;
  if (HistoryCounts* sum = sum_of(History::BeginOf(step, running.minute))) sum->Add(running.counts);
  return sums;
}

void FillBins(const OverviewSources& sources, Overview& overview) {
  const std::vector<HistoryCounts> sums = SumsOf(sources, overview.span, overview.now);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    OverviewBin bin{.begin = overview.span.since + overview.span.step * static_cast<std::int64_t>(i)};
    for (std::size_t a = 0; a < metrics::kActions; ++a) {
      bin.answers[a] = sums[i].Answers(static_cast<Action>(a));
      bin.would[a] = sums[i].Verdicts(static_cast<Action>(a));
    }
    std::tie(bin.cached, bin.asked) = CachedAndAsked(sums[i]);
    overview.counts.Add(sums[i]);
    overview.bins.push_back(bin);
  }
  std::tie(overview.cached, overview.asked) = CachedAndAsked(overview.counts);
}

bool IsRefused(Action action) {
  return action == Action::kDefer || action == Action::kReject || action == Action::kHold || action == Action::kDiscard;
}

// `group`: answers or verdicts.
OverviewTally TallyOf(const HistoryCounts& counts, HistoryCounts::Group group, VerdictTail::Tops tops) {
  OverviewTally tally{.tops = std::move(tops)};
  TopTexts reasons;
  for (const Action action : rules::kAllActions) {
    for (std::size_t r = 0; r < metrics::kReasons; ++r) {
      const auto reason = static_cast<rules::Reason>(r);
      const std::uint64_t count = counts.At(group, HistoryCounts::PlaceOf(action, reason));
      if (count == 0) continue;
      tally.actions[metrics::Index(action)] += count;
      if (action == Action::kGreylist || IsRefused(action)) reasons.Add(rules::Name(reason), count);
    }
  }
  tally.reasons = Highest({&reasons}, kTops);
  return tally;
}

std::vector<OverviewZone> ZonesOf(const OverviewSources& sources, const std::optional<Samples>& metrics,
                                  const HistoryCounts& counts) {
  std::vector<OverviewZone> lists;
  for (ZoneStatus& status : ZoneStatuses(sources.config, sources.stores, metrics)) {
    const auto counted = counts.zones.find(status.row.shown);
    lists.push_back(
        {.status = std::move(status), .counts = counted == counts.zones.end() ? cache::ZoneCounts{} : counted->second});
  }
  return lists;
}

DaemonView ViewOf(const OverviewSources& sources) {
  DaemonView view;
  view.daemon.emplace();  // we are it
  view.started = sources.started;
  view.metrics = Samples::Parse(sources.metrics);
  view.faults = sources.faults;
  view.store = ReadFigures(sources.stores, sources.config.store.directory);
  return view;
}

// What the lists say that name us, which the metrics do not.
void AddWordsOfLists(const cache::Stores& stores, std::vector<Finding>& findings) {
  if (std::ranges::count(findings, FindingKind::kWatchListed, &Finding::kind) == 0) return;
  cache::ReadTransaction snapshot(stores.records_environment());
  const std::vector<cache::WatchEpisode> episodes = stores.watch_log().Open(snapshot);
  for (Finding& finding : findings) {
    if (finding.kind != FindingKind::kWatchListed) continue;
    finding.removal = WatchRemoval(finding.about[1]);
    const auto of_it = std::ranges::find_if(episodes, [&finding](const cache::WatchEpisode& episode) {
      return episode.subject == finding.about[0] && episode.list == finding.about[1];
    });
    if (of_it != episodes.end()) finding.says = of_it->says;
  }
}

std::vector<Finding> AttentionOf(const OverviewSources& sources, const DaemonView& view) {
  std::vector<Finding> findings = FindingsOf(view);
  AddWordsOfLists(sources.stores, findings);
  for (const rules::Statement& warning : sources.config.warnings) findings.push_back(ConfigurationFinding(warning));
  return findings;
}

}  // namespace

Result<OverviewSpan> ReadSpan(const OverviewOptions& options, TimePoint now) {
  const auto until = ParseUntil(options.until, now);
  if (!until) return until.error();
  const TimePoint end = std::min(until->value_or(now), now);
  // A duration ends at the end that was asked for, a time is a time.
  const std::string asked = options.since.value_or("24h");
  const auto since = ParseSince(asked, end);
  if (!since) return since.error();
  const TimePoint begin = std::max(*since, now - kLongest);
  if (begin >= end) {
    return ErrorIn("since", "expected a time before the end, of the last 60 days");
  }
  OverviewSpan span;
  for (const seconds step : kSteps) {
    // Older minutes are not kept.
    const bool is_kept = step >= seconds{3600} || now - begin <= std::chrono::days{1};
    span.step = step;
    if (is_kept && (end - begin) / step <= kMostBins) break;
  }
  // Whole steps, so that a bin is the same at each look; the last is the one that runs.
  const auto whole = [&span](TimePoint time) { return TimePoint{span.step * (time.time_since_epoch() / span.step)}; };
  if (options.until) {
    span.since = whole(begin);
    span.until = std::max(whole(end - seconds{1}), span.since) + span.step;
    return span;
  }
  span.asked = asked;
  span.until = whole(end) + span.step;
  span.since = std::min(whole(begin) + span.step, span.until - span.step);
  return span;
}

std::uint64_t OverviewTally::refused() const {
  std::uint64_t sum = 0;
  for (const Action action : rules::kAllActions) sum += IsRefused(action) ? Count(action) : 0;
  return sum;
}

rules::RetryTimes Overview::Retries() const {
  rules::RetryTimes times;
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
    times.SetCount(i, counts.At(HistoryCounts::kRetries, i));
  }
  return times;
}

Overview MakeOverview(const OverviewSources& sources, const OverviewSpan& span, TimePoint now) {
  Overview overview;
  overview.now = now;
  overview.span = span;
  overview.mode = sources.config.policy->mode;
  overview.started = sources.started;
  const DaemonView view = ViewOf(sources);
  overview.version = VersionOf(view);
  overview.attention = AttentionOf(sources, view);
  FillBins(sources, overview);
  const auto tops = [&](VerdictTail::Basis basis) {
    return sources.tail.TopsOf({span.since, span.until, basis}, kTops);
  };
  overview.answered = TallyOf(overview.counts, HistoryCounts::kAnswers, tops(VerdictTail::Basis::kAnswered));
  overview.would = TallyOf(overview.counts, HistoryCounts::kVerdicts, tops(VerdictTail::Basis::kEnforced));
  overview.zones = ZonesOf(sources, view.metrics, overview.counts);
  overview.name_servers = NameServersOf(*view.metrics);
  overview.store = *view.store;
  overview.newest = sources.tail.Newest(kNewestShown);
  overview.appeals = FindAppeals(sources.stores, false, now, kAppealsShown);
  overview.appeals_waiting = CountWaiting(sources.stores);
  if (sources.config.policy->outbound.is_on()) {
    overview.outgoing = TallyLogins(sources.config, sources.stores, now, kLoginsShown);
  }
  return overview;
}

}  // namespace policyd::admin
