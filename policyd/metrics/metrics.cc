// Answers of DNS are counted in a registry and found by the numbers of the labels' enums.  The threads' counts of
// requests are added up at each Render(); gauges are made anew there, so that a list that was removed from the
// configuration also disappears from the page.
#include "policyd/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <map>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "cache/locked.h"
#include "policyd/metrics/last_hour.h"
#include "policyd/metrics/metric_families.h"
#include "policyd/runtime/version.h"

namespace policyd::metrics {
namespace {

using cache::HistoryCounts;
using prometheus::Counter;
using prometheus::Histogram;
using prometheus::Labels;
using prometheus::MetricFamily;
using rules::Question;

using rules::kDnsKinds;
static_assert(static_cast<std::size_t>(Question::Kind::kPtr) == 0, "the kinds that ask DNS come first");

constexpr std::array kFailOpenCauseNames{"deadline", "store", "internal", "dns"};
constexpr std::array kCacheStoreNames{"facts", "triplets", "lists"};
constexpr std::array kCacheResultNames{"fresh", "stale", "miss"};
constexpr std::array kDnsResults{"present", "absent", "unavailable"};

Histogram::BucketBoundaries DnsBuckets() {
  return {1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5};
}

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// A family with one metric for each word of a bounded set.
template <std::size_t size, class Family, class... Extra>
auto Bind(Family& family, const char* label, const std::array<const char*, size>& words, const Extra&... extra) {
  std::array<decltype(&family.Add({}, extra...)), size> bound{};
  for (std::size_t i = 0; i < size; ++i) bound[i] = &family.Add({{label, words[i]}}, extra...);
  return bound;
}

// The names of the first `size` values of an enum.
template <std::size_t size, class Enum>
std::array<const char*, size> Names(const char* (*name)(Enum)) {
  std::array<const char*, size> names{};
  for (std::size_t i = 0; i < size; ++i) names[i] = name(static_cast<Enum>(i));
  return names;
}

std::array<const char*, kDnsKinds> DnsKinds() {
  return Names<kDnsKinds>(rules::DnsKindName);
}

// The counts of all threads.
class AllCounts {
 public:
  explicit AllCounts(const std::vector<std::unique_ptr<RequestCounts>>& threads) : threads_(threads) {}

  // `find` gives the number of one thread.
  template <class Find>
  double Sum(const Find& find) const {
    std::uint64_t sum = 0;
    for (const auto& thread : threads_) sum += find(*thread).get();
    return static_cast<double>(sum);
  }

  // One value for each word of a bounded set; `find` takes the word's place, too.
  template <std::size_t size, class Find>
  std::vector<LabelledValue> ByLabel(const char* label, const std::array<const char*, size>& words,
                                     const Find& find) const {
    std::vector<LabelledValue> values;
    for (std::size_t i = 0; i < size; ++i) {
      values.push_back(
          {{{label, words[i]}}, Sum([&](const RequestCounts& counts) -> auto& { return find(counts, i); })});
    }
    return values;
  }

 private:
  const std::vector<std::unique_ptr<RequestCounts>>& threads_;
};

std::vector<LabelledValue> Lookups(const AllCounts& all) {
  std::vector<LabelledValue> values;
  for (std::size_t store = 0; store < kCacheStores; ++store) {
    for (std::size_t result = 0; result < kCacheResults; ++result) {
      values.push_back({{{"result", kCacheResultNames[result]}, {"store", kCacheStoreNames[store]}},
                        all.Sum([&](const RequestCounts& c) -> auto& { return c.cache_lookups[store][result]; })});
    }
  }
  return values;
}

std::vector<LabelledValue> Verdicts(const AllCounts& all) {
  const auto actions = Names<kActions, rules::Action>(rules::Name);
  const auto reasons = Names<kReasons, rules::Reason>(rules::Name);
  const auto modes = Names<kModes, rules::Mode>(rules::Name);
  std::vector<LabelledValue> values;
  for (std::size_t a = 0; a < kActions; ++a) {
    for (std::size_t r = 0; r < kReasons; ++r) {
      for (std::size_t m = 0; m < kModes; ++m) {
        const double count = all.Sum([&](const RequestCounts& c) -> auto& { return c.verdicts[a][r][m]; });
        if (count == 0) continue;  // of some 400 combinations most never happen
        values.push_back({{{"action", actions[a]}, {"mode", modes[m]}, {"reason", reasons[r]}}, count});
      }
    }
  }
  return values;
}

std::vector<LabelledValue> Answers(const AllCounts& all) {
  const auto actions = Names<kActions, rules::Action>(rules::Name);
  const auto reasons = Names<kReasons, rules::Reason>(rules::Name);
  std::vector<LabelledValue> values;
  for (std::size_t a = 0; a < kActions; ++a) {
    for (std::size_t r = 0; r < kReasons; ++r) {
      const double count = all.Sum([&](const RequestCounts& c) -> auto& { return c.answers[a][r]; });
      if (count > 0) values.push_back({{{"action", actions[a]}, {"reason", reasons[r]}}, count});
    }
  }
  return values;
}

LastHour::ByAction AnswersByAction(const AllCounts& all) {
  LastHour::ByAction totals{};
  for (std::size_t a = 0; a < kActions; ++a) {
    for (std::size_t r = 0; r < kReasons; ++r) {
      totals[a] +=
          static_cast<std::uint64_t>(all.Sum([&](const RequestCounts& c) -> auto& { return c.answers[a][r]; }));
    }
  }
  return totals;
}

MetricFamily AnswersOf(const LastHour& last_hour) {
  const auto actions = Names<kActions, rules::Action>(rules::Name);
  const LastHour::ByAction counts = last_hour.Counts();
  std::vector<LabelledValue> values;
  for (std::size_t a = 0; a < kActions; ++a) {
    if (counts[a] > 0) values.push_back({{{"action", actions[a]}}, static_cast<double>(counts[a])});
  }
  return GaugeFamily("sekimori_verdicts_last_hour", "Answers of the last 60 minutes by action", std::move(values));
}

std::vector<LabelledValue> ShadowVerdicts(const AllCounts& all) {
  const auto actions = Names<kActions, rules::Action>(rules::Name);
  std::vector<LabelledValue> values;
  for (std::size_t ours = 0; ours < kActions; ++ours) {
    for (std::size_t shadow = 0; shadow < kActions; ++shadow) {
      const double count = all.Sum([&](const RequestCounts& c) -> auto& { return c.shadow_verdicts[ours][shadow]; });
      if (count == 0) continue;
      values.push_back({{{"ours", actions[ours]}, {"shadow", actions[shadow]}}, count});
    }
  }
  return values;
}

MetricFamily VerdictSeconds(const AllCounts& all) {
  prometheus::ClientMetric metric;
  double below = 0;
  for (std::size_t i = 0; i <= kVerdictBuckets.size(); ++i) {
    below += all.Sum([&](const RequestCounts& c) -> auto& { return c.verdict_times[i]; });
    const bool has_end = i < kVerdictBuckets.size();
    metric.histogram.bucket.push_back(
        {static_cast<std::uint64_t>(below), has_end ? kVerdictBuckets[i] : std::numeric_limits<double>::infinity()});
  }
  metric.histogram.sample_count = static_cast<std::uint64_t>(below);
  metric.histogram.sample_sum = all.Sum([](const RequestCounts& c) -> auto& { return c.verdict_nanoseconds; }) / 1e9;
  return {.name = "sekimori_verdict_seconds",
          .help = "Time from a request to its answer",
          .type = prometheus::MetricType::Histogram,
          .metric = {metric}};
}

std::vector<MetricFamily> RequestFamilies(const AllCounts& all) {
  const auto states = Names<kProtocolStates, rules::ProtocolState>(rules::Name);
  const auto one = [&all](const auto& of) { return std::vector<LabelledValue>{{{}, all.Sum(of)}}; };
  std::array<const char*, kOutboundActs> acts{};
  for (std::size_t i = 0; i < kOutboundActs; ++i) acts[i] = rules::Name(static_cast<rules::OutboundAct::Kind>(i + 1));
  return {
      CounterFamily("sekimori_requests_total", "Requests of Postfix by protocol state",
                    all.ByLabel(
                        "state", states, [](const RequestCounts& c, std::size_t i) -> auto& { return c.requests[i]; })),
      CounterFamily("sekimori_fail_open_total", "Answers given without all facts, by cause",
                    all.ByLabel(
                        "cause", kFailOpenCauseNames,
                        [](const RequestCounts& c, std::size_t i) -> auto& { return c.fail_open[i]; })),
      CounterFamily("sekimori_greylist_total", "Look-ups in the greylist by result",
                    all.ByLabel(
                        "outcome", kGreylistOutcomeNames,
                        [](const RequestCounts& c, std::size_t i) -> auto& { return c.greylist[i]; })),
      CounterFamily("sekimori_cache_lookups_total", "Look-ups in the stores by result", Lookups(all)),
      CounterFamily("sekimori_shadow_verdicts_total", "Verdicts by action taken and action of the shadow policy",
                    ShadowVerdicts(all)),
      CounterFamily("sekimori_verdicts_total",
                    "Verdicts by the action that enforce takes, by what decided, and by mode", Verdicts(all)),
      CounterFamily("sekimori_answers_total", "What was answered, by action and by what decided", Answers(all)),
      VerdictSeconds(all),
      CounterFamily("sekimori_outbound_messages_total", "Messages that left, by END-OF-MESSAGE",
                    one([](const RequestCounts& c) -> auto& { return c.sent_messages; })),
      CounterFamily("sekimori_outbound_recipients_total", "Recipients of the messages that left",
                    one([](const RequestCounts& c) -> auto& { return c.sent_recipients; })),
      CounterFamily(
          "sekimori_outbound_acts_total",
          "Logins that were warned of, limited, held or locked, each once a day and act",
          all.ByLabel(
              "act", acts, [](const RequestCounts& c, std::size_t i) -> auto& { return c.outbound_acts[i]; })),
  };
}

}  // namespace

struct Metrics::Families {
  using DnsCounters = std::array<Counter*, kDnsResults.size()>;

  prometheus::Registry registry;
  std::array<DnsCounters, kDnsKinds> dns_queries{};
  std::array<Histogram*, kDnsKinds> dns_seconds{};
  prometheus::Gauge* reload_success = nullptr;
  Counter* reloads = nullptr;

  struct Requests {
    std::vector<std::unique_ptr<RequestCounts>> threads;
    LastHour last_hour;
    rules::TimePoint now{};
  };
  cache::Locked<Requests> requests;

  // Lists come and go with the configuration; a list is added at its first answer.
  prometheus::Family<Counter>* list_answers = nullptr;
  prometheus::Family<Counter>* list_verdicts = nullptr;
  struct OneList {
    DnsCounters answers{};
    std::uint64_t microseconds = 0;
  };
  cache::Locked<std::map<std::string, OneList, std::less<>>> lists;  // by how they are shown

  cache::Locked<std::function<Gauges()>> gauge_source;

  Families() {
    list_answers = &NewCounter("sekimori_dnsbl_answers_total", "Answers of the lists");
    list_verdicts = &NewCounter("sekimori_dnsbl_verdicts_total",
                                "Verdicts that a list's points were part of, by what enforce does");
    BindQueries();
    reload_success = &prometheus::BuildGauge()
                          .Name("sekimori_config_reload_success")
                          .Help("1 where the last reading of the configuration succeeded")
                          .Register(registry)
                          .Add({});
    reload_success->Set(1);
    reloads = &NewCounter("sekimori_config_reloads_total", "Readings of the configuration").Add({});
    prometheus::BuildGauge()
        .Name("sekimori_build_info")
        .Help("The version that runs")
        .Register(registry)
        .Add({{"version", runtime::Version()}})
        .Set(1);
  }

  prometheus::Family<Counter>& NewCounter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }

  prometheus::Family<Histogram>& NewHistogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  void BindQueries() {
    dns_seconds = Bind(NewHistogram("sekimori_dns_seconds", "Time from a question to its answer, tries included"),
                       "kind", DnsKinds(), DnsBuckets());
    auto& queries = NewCounter("sekimori_dns_queries_total", "Questions asked of DNS by outcome");
    const auto kinds = DnsKinds();
    for (std::size_t kind = 0; kind < kDnsKinds; ++kind) {
      for (std::size_t result = 0; result < kDnsResults.size(); ++result) {
        dns_queries[kind][result] = &queries.Add({{"kind", kinds[kind]}, {"result", kDnsResults[result]}});
      }
    }
  }

  DnsCounters AddList(std::string_view shown) {
    DnsCounters counters{};
    for (std::size_t result = 0; result < kDnsResults.size(); ++result) {
      counters[result] = &list_answers->Add({{"site", std::string(shown)}, {"result", kDnsResults[result]}});
    }
    return counters;
  }
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

RequestCounts& Metrics::NewRequestCounts() {
  return *families_->requests.Lock()->threads.emplace_back(std::make_unique<RequestCounts>());
}

void Metrics::CountDnsQuery(Question::Kind kind, rules::Fact::State result, std::chrono::nanoseconds took) {
  assert(rules::AsksDns(kind) && "the stores are counted as look-ups");
  families_->dns_queries[Index(kind)][Index(result)]->Increment();
  families_->dns_seconds[Index(kind)]->Observe(Seconds(took));
}

void Metrics::CountListAnswer(std::string_view shown, rules::Fact::State result, std::chrono::nanoseconds took) {
  const auto lists = families_->lists.Lock();
  auto found = lists->find(shown);
  if (found == lists->end()) {
    found = lists->emplace(shown, Families::OneList{.answers = families_->AddList(shown)}).first;
  }
  found->second.answers[Index(result)]->Increment();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  found->second.microseconds += static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0));
}

// Made at its first use; the registry keeps it and has a lock of its own.
void Metrics::CountListVerdict(std::string_view shown, rules::Action action) {
  families_->list_verdicts->Add({{"site", std::string(shown)}, {"action", rules::Name(action)}}).Increment();
}

void Metrics::SetReloadSuccess(bool ok) {
  families_->reload_success->Set(ok ? 1 : 0);
  families_->reloads->Increment();
}

void Metrics::NoteTime(rules::TimePoint now) {
  const auto requests = families_->requests.Lock();
  requests->now = now;
  requests->last_hour.Note(AnswersByAction(AllCounts(requests->threads)), now);
}

void Metrics::SetGaugeSource(std::function<Gauges()> source) {
  *families_->gauge_source.Lock() = std::move(source);
}

cache::HistoryCounts Metrics::Totals() const {
  cache::HistoryCounts totals;
  {
    const auto requests = families_->requests.Lock();
    for (const auto& thread : requests->threads) thread->AddTo(totals);
  }
  const auto& queries = families_->dns_queries;
  for (std::size_t kind = 0; kind < kDnsKinds; ++kind) {
    // Kinds of one name share their counters.
    const auto* const own = queries.begin() + kind;
    if (std::find(queries.begin(), own, *own) != own) continue;
    for (std::size_t result = 0; result < kDnsResults.size(); ++result) {
      totals.At(HistoryCounts::kDns, kind * HistoryCounts::kResultRoom + result) =
          static_cast<std::uint64_t>(queries[kind][result]->Value());
    }
  }
  const auto lists = families_->lists.Lock();
  for (const auto& [shown, list] : *lists) {
    if (totals.zones.size() == HistoryCounts::kMaxZones) break;
    const auto of = [&list = list](rules::Fact::State state) {
      return static_cast<std::uint64_t>(list.answers[Index(state)]->Value());
    };
    const std::uint64_t hits = of(rules::Fact::State::kPresent), failed = of(rules::Fact::State::kUnavailable);
    totals.zones.emplace(shown, cache::ZoneCounts{.asked = hits + of(rules::Fact::State::kAbsent) + failed,
                                                  .hits = hits,
                                                  .unavailable = failed,
                                                  .microseconds = list.microseconds});
  }
  return totals;
}

std::string Metrics::Render() {
  const std::function<Gauges()> get = *families_->gauge_source.Lock();
  std::vector<MetricFamily> families = families_->registry.Collect();
  {
    const auto requests = families_->requests.Lock();
    const AllCounts all(requests->threads);
    for (MetricFamily& family : RequestFamilies(all)) families.push_back(std::move(family));
    requests->last_hour.Note(AnswersByAction(all), requests->now);
    families.push_back(AnswersOf(requests->last_hour));
  }
  for (MetricFamily& family : FamiliesOf(get ? get() : Gauges())) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace policyd::metrics
