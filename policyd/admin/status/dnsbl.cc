#include "policyd/admin/status/dnsbl.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "policyd/admin/status/running_daemon.h"
#include "policyd/admin/stores/facts.h"
#include "policyd/dns/resolver.h"
#include "policyd/dns/zones/zone_prober.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "policyd/runtime/shown.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

using rules::ZoneFamily;

constexpr std::chrono::seconds kPatience{60};

using Results = std::map<std::pair<std::string, ZoneFamily>, cache::ZoneStateRow>;

std::string PointsOf(const rules::Zone& zone) {
  std::vector<std::string> points;
  for (const auto& entry : zone.entries) {
    std::string text = rules::PrintPoints(entry.points);
    if (std::find(points.begin(), points.end(), text) == points.end()) points.push_back(std::move(text));
  }
  return rules::Joined(points);
}

std::optional<std::uint64_t> HitsOf(const std::string& shown, const std::optional<Samples>& metrics) {
  if (!metrics) return std::nullopt;
  double hits = 0;
  for (const Sample* sample : metrics->Of("sekimori_dnsbl_answers_total")) {
    if (sample->Label("site") == shown && sample->Label("result") == "present") hits += sample->value;
  }
  return static_cast<std::uint64_t>(hits);
}

runtime::Json StateToJson(const cache::ZoneStateRow& row) {
  return runtime::Json::Object()
      .Add("state", rules::Name(row.state))
      .Add("counts", rules::Counts(row.state))
      .Add("reason", dns::ZoneReasonText(row.reason))
      .Add("since", row.since ? runtime::Json(rules::PrintTime(*row.since)) : runtime::Json())
      .Add("last_test", row.tested ? runtime::Json(rules::PrintTime(*row.tested)) : runtime::Json());
}

std::vector<dns::ProbedZone> Chosen(const config::Config& config, const std::optional<std::string>& zone) {
  std::vector<dns::ProbedZone> zones = dns::ProbedZones(config);
  std::erase_if(zones, [&zone](const dns::ProbedZone& probed) {
    const bool is_meant = !zone || probed.list.shown == *zone || probed.list.name == *zone;
    return !is_meant || !probed.is_asked || !probed.is_checked;
  });
  return zones;
}

// By the daemon's own tests, on a loop of their own.
Results Test(const config::Config& config, const std::vector<dns::ProbedZone>& zones, rules::TimePoint now) {
  Results results;
  runtime::Loop loop;
  dns::Resolver resolver(loop.get(), config.dns, {});
  dns::ZoneProber tests(loop.get(), resolver, {},
                        {.now = [now] { return now; },
                         .changed = [] {},
                         .report =
                             [&results](const cache::ZoneStateRow& row, rules::ZoneState) {
                               results.insert_or_assign({row.shown, row.family}, row);
                             }});
  tests.SetZones(zones);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (results.size() < zones.size() && std::chrono::steady_clock::now() < end) uv_run(loop.get(), UV_RUN_ONCE);
  return results;
}

}  // namespace

std::optional<Samples> MetricsOf(const config::Config& config) {
  constexpr std::chrono::milliseconds kForMetrics{1000};
  if (!config.http) return std::nullopt;
  const auto page = GetPage(config, "/metrics", kForMetrics);
  return page ? std::optional(Samples::Parse(*page)) : std::nullopt;
}

std::vector<ZoneStatus> ZoneStatuses(const config::Config& config, const cache::Stores& stores,
                                     const std::optional<Samples>& metrics) {
  std::vector<cache::ZoneStateRow> rows;
  {
    cache::ReadTransaction snapshot(stores.records_environment());
    rows = stores.zones().All(snapshot);
  }
  std::vector<ZoneStatus> lists;
  for (const dns::ProbedZone& zone : dns::ProbedZones(config)) {
    cache::ZoneStateRow row = dns::KnownState(zone, rows);
    if (zone.family != ZoneFamily::kIpv6) {
      lists.push_back({std::move(row), {}, PointsOf(zone.list), HitsOf(zone.list.shown, metrics)});
    } else if (zone.is_asked && row.has_family) {
      lists.back().ipv6 = std::move(row);  // the row of its IPv4 comes before it
    }
  }
  return lists;
}

runtime::Json ToJson(const std::vector<ZoneStatus>& lists) {
  runtime::Json array = runtime::Json::Array();
  for (const ZoneStatus& list : lists) {
    runtime::Json entry = StateToJson(list.row);
    entry.Add("points", list.points)
        .Add("hits", list.hits ? runtime::Json(*list.hits) : runtime::Json())
        .Add("list", list.row.shown)
        .Add("asked_for", list.row.family == ZoneFamily::kNames ? "names" : "addresses")
        .Add("ipv6", list.ipv6 ? StateToJson(*list.ipv6) : runtime::Json());
    array.Append(std::move(entry));
  }
  return runtime::Json::Object().Add("lists", std::move(array));
}

Result<std::vector<ZoneTest>> TestZones(const config::Config& config, const DnsblTestOptions& options,
                                        rules::TimePoint now) {
  const auto zones = Chosen(config, options.zone);
  if (zones.empty()) {
    return Error{.kind = Error::Kind::kNotFound,
                 .message = options.zone
                                ? "no list \"" + runtime::Shown(*options.zone) + "\" with test points is configured"
                                : "no list with test points is configured (dnsbl.sites, dnsbl.name_sites)"};
  }
  std::vector<ZoneTest> tests;
  for (const auto& [key, row] : Test(config, zones, now)) {
    tests.push_back({.row = row,
                     .state = row.has_family ? rules::Name(row.state) : "no IPv6",
                     .is_well = rules::Counts(row.state) || !row.has_family});
  }
  return tests;
}

runtime::Json ToJson(const std::vector<ZoneTest>& tests) {
  runtime::Json lists = runtime::Json::Array();
  for (const auto& [row, state, is_well] : tests) {
    lists.Append(runtime::Json::Object()
                     .Add("list", row.shown)
                     .Add("asked_for", rules::Name(row.family))
                     .Add("state", state)
                     .Add("is_well", is_well)
                     .Add("reason", dns::ZoneReasonText(row.reason)));
  }
  return runtime::Json::Object().Add("lists", std::move(lists));
}

}  // namespace policyd::admin
