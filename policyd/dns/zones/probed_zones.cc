// Chooses the test points of a zone: those of the configuration, else of the table of known zones, else of RFC 5782.
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "policyd/dns/zones/zone_prober.h"
#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::ZoneFamily;

std::optional<ZoneFamily> FamilyOf(const std::string& point, bool is_name_list) {
  if (point.empty()) return std::nullopt;  // a known zone has no point of its own
  if (is_name_list) return ZoneFamily::kNames;
  const auto address = rules::IpAddress::Parse(point);
  if (!address) return std::nullopt;
  // ::ffff:127.0.0.2 is an IPv4 address everywhere but here.
  const bool is_v6 = point.find(':') != std::string::npos;
  return is_v6 ? ZoneFamily::kIpv6 : ZoneFamily::kIpv4;
}

std::vector<std::string> Of(ZoneFamily family, const std::vector<std::string>& points) {
  std::vector<std::string> found;
  for (const std::string& point : points) {
    if (FamilyOf(point, family == ZoneFamily::kNames) == family) found.push_back(point);
  }
  return found;
}

struct Points {
  std::vector<std::string> must, must_not;
};

Points StandardPoints(ZoneFamily family) {
  switch (family) {
    case ZoneFamily::kIpv4:
      return {{"127.0.0.2"}, {"127.0.0.1"}};
    case ZoneFamily::kIpv6:
      return {{"::ffff:7f00:2"}, {"::ffff:7f00:1"}};
    case ZoneFamily::kNames:
      return {{"test"}, {"invalid"}};
  }
  return {};
}

void Replace(std::vector<std::string>& points, const std::vector<std::string>& own) {
  if (!own.empty()) points = own;
}

using Zones = std::set<std::string, std::less<>>;

ProbedZone Tested(const config::Config& config, const Zones& unchecked, const rules::Zone& zone, ZoneFamily family) {
  ProbedZone tested{.list = zone, .family = family};
  tested.is_checked = !unchecked.contains(zone.name);
  Points points = StandardPoints(family);
  const rules::KnownZone* known = rules::FindKnownZone(zone.name);
  tested.adds_random = family != ZoneFamily::kNames;
  const auto take = [&](const std::vector<std::string>& must, const std::vector<std::string>& must_not) {
    Replace(points.must, Of(family, must));
    const auto own = Of(family, must_not);
    Replace(points.must_not, own);
    if (!own.empty()) tested.adds_random = false;
  };
  if (known) take({std::string(known->must)}, {std::string(known->must_not)});
  const auto own = config.test_points.find(zone.name);
  const bool has_own = own != config.test_points.end();
  if (has_own) take(own->second.must, own->second.must_not);
  const bool has_own_point = has_own && !Of(family, own->second.must).empty();
  tested.is_asked = family != ZoneFamily::kIpv6 || !known || known->has_ipv6 || has_own_point;
  tested.must = std::move(points.must);
  tested.must_not = std::move(points.must_not);
  return tested;
}

}  // namespace

std::vector<ProbedZone> ProbedZones(const config::Config& config) {
  std::vector<ProbedZone> zones;
  std::set<std::pair<std::string_view, ZoneFamily>> known;
  const Zones unchecked(config.no_test_point.begin(), config.no_test_point.end());
  const auto add = [&](const rules::Zone& zone, ZoneFamily family) {
    if (known.emplace(zone.name, family).second) zones.push_back(Tested(config, unchecked, zone, family));
  };
  for (const auto& policy : {config.policy, config.shadow}) {
    if (!policy) continue;
    for (const auto* of_clients : {&policy->zones, &policy->outbound.zones}) {
      for (const rules::Zone& zone : *of_clients) {
        add(zone, ZoneFamily::kIpv4);
        add(zone, ZoneFamily::kIpv6);
      }
    }
    for (const rules::Zone& zone : policy->name_zones) add(zone, ZoneFamily::kNames);
  }
  return zones;
}

}  // namespace policyd::dns
