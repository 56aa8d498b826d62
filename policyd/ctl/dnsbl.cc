#include "policyd/ctl/dnsbl.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "policyd/admin/status/metrics_text.h"
#include "policyd/admin/status/policy_client.h"
#include "policyd/admin/verdicts/fact_rows.h"
#include "policyd/ctl/columns.h"
#include "policyd/dns/zones/zone_prober.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

using rules::ZoneFamily;

// One list, asked for addresses or for names.
struct ListStatus {
  cache::ZoneStateRow row;                  // of IPv4 or of names
  std::optional<cache::ZoneStateRow> ipv6;  // where it is asked for IPv6 clients
  std::string points;                       // "8", or "2, 8" where that depends on the answer
  std::optional<std::uint64_t> hits;        // since the daemon began; nothing where it cannot be asked
};

std::string PointsOf(const rules::Zone& zone) {
  std::vector<std::string> points;
  for (const auto& entry : zone.entries) {
    std::string text = rules::PrintPoints(entry.points);
    if (std::find(points.begin(), points.end(), text) == points.end()) points.push_back(std::move(text));
  }
  return admin::Joined(points);
}

std::optional<std::uint64_t> HitsOf(const std::string& shown, const std::optional<admin::Samples>& metrics) {
  if (!metrics) return std::nullopt;
  double hits = 0;
  for (const admin::Sample* sample : metrics->Of("sekimori_dnsbl_answers_total")) {
    if (sample->Label("site") == shown && sample->Label("result") == "present") hits += sample->value;
  }
  return static_cast<std::uint64_t>(hits);
}

std::optional<admin::Samples> MetricsOf(const Config& config) {
  constexpr std::chrono::milliseconds kPatience{1000};
  if (!config.http) return std::nullopt;
  const auto page = admin::GetPage(*config.http, "/metrics", kPatience);
  return page ? std::optional(admin::Samples::Parse(*page)) : std::nullopt;
}

std::vector<ListStatus> StatusOf(const Config& config, const std::vector<cache::ZoneStateRow>& rows,
                                 const std::optional<admin::Samples>& metrics) {
  std::vector<ListStatus> lists;
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

std::string Ipv6Text(const ListStatus& list) {
  if (list.row.family == ZoneFamily::kNames) return {};
  if (!list.ipv6) return "no";
  if (list.ipv6->state == list.row.state) return "yes";
  return std::string("yes, ") + rules::Name(list.ipv6->state) +
         (list.ipv6->reason.empty() ? "" : " (" + list.ipv6->reason + ")");
}

void PrintText(Context& context, const std::vector<ListStatus>& lists) {
  if (lists.empty()) {
    context.out << "no list is configured (dnsbl.sites, dnsbl.name_sites)\n";
    return;
  }
  Columns columns({"list", "asked for", "points", "hits", "state", "last test", "ipv6", "reason"});
  for (const ListStatus& list : lists) {
    const bool of_names = list.row.family == ZoneFamily::kNames;
    columns.Add({list.row.shown, of_names ? "names" : "addresses", list.points,
                 list.hits ? std::to_string(*list.hits) : "unknown", rules::Name(list.row.state),
                 list.row.tested ? rules::PrintDuration(context.now - *list.row.tested) + " ago" : "never",
                 Ipv6Text(list), list.row.reason});
  }
  columns.Print(context.out);
}

Json StateToJson(const cache::ZoneStateRow& row) {
  const bool has_begun = row.since != rules::TimePoint{};
  return Json::Object()
      .Add("state", rules::Name(row.state))
      .Add("counts", rules::Counts(row.state))
      .Add("reason", row.reason)
      .Add("since", has_begun ? Json(rules::PrintTime(row.since)) : Json())
      .Add("last_test", row.tested ? Json(rules::PrintTime(*row.tested)) : Json());
}

void PrintJson(Context& context, const std::vector<ListStatus>& lists) {
  Json array = Json::Array();
  for (const ListStatus& list : lists) {
    Json entry = StateToJson(list.row);
    entry.Add("points", list.points)
        .Add("hits", list.hits ? Json(*list.hits) : Json())
        .Add("list", list.row.shown)
        .Add("asked_for", list.row.family == ZoneFamily::kNames ? "names" : "addresses")
        .Add("ipv6", list.ipv6 ? StateToJson(*list.ipv6) : Json());
    array.Append(std::move(entry));
  }
  context.out << Json::Object().Add("lists", std::move(array)).Dump() << '\n';
}

}  // namespace

ExitStatus RunDnsblStatus(Context& context, const DnsblStatusOptions&) {
  const OpenedStore store = OpenStore(context, Needs::kWholeConfig);
  if (!store.stores) return store.status;
  std::vector<cache::ZoneStateRow> rows;
  {
    cache::ReadTransaction snapshot(store.stores->records_environment());
    rows = store.stores->zones().All(snapshot);
  }
  const auto lists = StatusOf(store.config, rows, MetricsOf(store.config));
  if (context.is_json) {
    PrintJson(context, lists);
  } else {
    PrintText(context, lists);
  }
  return kDone;
}

}  // namespace policyd::ctl
