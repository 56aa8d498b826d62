#include <algorithm>
#include <ostream>

#include "policyd/ctl/greylist.h"
#include "policyd/ctl/rows.h"
#include "policyd/runtime/json.h"
#include "rules/greylist/greylist_retries.h"

namespace policyd::ctl {
namespace {

constexpr unsigned kPercents[] = {50, 90, 99};
constexpr std::uint64_t kBarWidth = 40;

// "45 s", "3 min", "2 h", "4 d": bounds are whole in one of them.
std::string PrintSpan(std::int64_t span) {
  if (span < 60) return std::to_string(span) + " s";
  if (span < 3600) return std::to_string(span / 60) + " min";
  if (span < 86400) return std::to_string(span / 3600) + " h";
  return std::to_string(span / 86400) + " d";
}

std::string TitleOf(std::size_t bucket) {
  const auto& bounds = rules::RetryTimes::kBounds;
  return bucket < bounds.size() ? "within " + PrintSpan(bounds[bucket]) : "later";
}

void PrintRetries(std::ostream& out, const rules::RetryTimes& times) {
  if (times.total() == 0) return;
  out << "\nHow long clients took to come back (" << times.total() << " first passes)\n";
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) most = std::max(most, times.count(i));
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
    if (times.count(i) == 0) continue;
    const std::string title = TitleOf(i);
    const std::string count = std::to_string(times.count(i));
    out << "  " << title << std::string(14 - std::min<std::size_t>(title.size(), 13), ' ')
        << std::string(10 - std::min<std::size_t>(count.size(), 9), ' ') << count << "  "
        << std::string((times.count(i) * kBarWidth + most - 1) / most, '#') << '\n';
  }
  for (const unsigned percent : kPercents) {
    const auto reached = times.Percentile(percent);
    out << "  " << percent << " % " << (reached ? "within " + PrintSpan(reached->count()) : "later") << '\n';
  }
}

Json RetriesToJson(const rules::RetryTimes& times) {
  Json buckets = Json::Array();
  for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
    const auto& bounds = rules::RetryTimes::kBounds;
    buckets.Append(Json::Object()
                       .Add("within_seconds", i < bounds.size() ? Json(bounds[i]) : Json())
                       .Add("count", times.count(i)));
  }
  Json json = Json::Object();
  json.Add("total", times.total()).Add("buckets", std::move(buckets));
  for (const unsigned percent : kPercents) {
    const auto reached = times.Percentile(percent);
    json.Add("p" + std::to_string(percent) + "_seconds", reached ? Json(reached->count()) : Json());
  }
  return json;
}

}  // namespace

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions&) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const admin::StoreFigures figures = admin::ReadFigures(*store.stores, store.config.store.directory);
  const std::vector<admin::Figure> shown = {
      {"triplets", "triplets", figures.triplets},
      {"waiting", "... that wait for their client", figures.waiting},
      {"passes", "hosts and networks that came back", figures.passes},
      {"records_bytes", "bytes in records/", figures.records.used},
      {"records_max_bytes", "bytes in records/ at most", figures.records.at_most}};
  if (context.is_json) {
    Json json = admin::FiguresToJson(shown, figures.daemon);
    json.Add("retries", RetriesToJson(figures.retries));
    context.out << json.Dump() << '\n';
    return kDone;
  }
  PrintFigures(context, shown, figures.daemon);
  PrintRetries(context.out, figures.retries);
  return kDone;
}

}  // namespace policyd::ctl
