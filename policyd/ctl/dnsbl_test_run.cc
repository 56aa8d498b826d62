#include <chrono>
#include <map>
#include <ostream>
#include <utility>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/dnsbl.h"
#include "policyd/dns/resolver.h"
#include "policyd/dns/zones/zone_prober.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/uv_handle.h"

namespace policyd::ctl {
namespace {

constexpr std::chrono::seconds kPatience{60};

using Results = std::map<std::pair<std::string, rules::ZoneFamily>, cache::ZoneStateRow>;

std::vector<dns::ProbedZone> Chosen(const Config& config, const std::string& zone) {
  std::vector<dns::ProbedZone> zones = dns::ProbedZones(config);
  std::erase_if(zones, [&zone](const dns::ProbedZone& probed) {
    const bool is_meant = zone.empty() || probed.list.shown == zone || probed.list.name == zone;
    return !is_meant || !probed.is_asked || !probed.is_checked;
  });
  return zones;
}

// By the daemon's own tests, on a loop of their own.
Results Test(const Config& config, const std::vector<dns::ProbedZone>& zones, rules::TimePoint now) {
  Results results;
  Loop loop;
  const auto resolver = dns::MakeResolver(loop.get(), config.dns);
  dns::ZoneProber tests(loop.get(), *resolver, {},
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

ExitStatus RunDnsblTest(Context& context, const DnsblTestOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto zones = Chosen(*config, options.zone);
  if (zones.empty()) {
    if (context.is_json) context.out << Json::Object().Add("lists", Json::Array()).Dump() << '\n';
    return Fail(context, kNoSuchThing,
                options.zone.empty() ? "no list with test points is configured (dnsbl.sites, dnsbl.name_sites)"
                                     : "no list " + Shown(options.zone) + " with test points is configured");
  }
  bool all_are_well = true;
  Columns columns({"list", "asked for", "state", "reason"});
  Json lists = Json::Array();
  for (const auto& [key, row] : Test(*config, zones, context.now)) {
    // No test point for IPv6 is no fault: most lists have none.
    const bool is_well = rules::Counts(row.state) || !row.has_family;
    all_are_well &= is_well;
    const char* state = row.has_family ? rules::Name(row.state) : "no IPv6";
    columns.Add({row.shown, rules::Name(row.family), state, row.reason});
    lists.Append(Json::Object()
                     .Add("list", row.shown)
                     .Add("asked_for", rules::Name(row.family))
                     .Add("state", state)
                     .Add("is_well", is_well)
                     .Add("reason", row.reason));
  }
  if (context.is_json) {
    context.out << Json::Object().Add("lists", std::move(lists)).Dump() << '\n';
  } else {
    columns.Print(context.out);
  }
  return all_are_well ? kDone : kNoSuchThing;
}

}  // namespace policyd::ctl
