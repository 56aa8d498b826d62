// Which points a site is tested with: those of the configuration, else of the table of known sites, else of RFC 5782.
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "policyd/dns/zones/site_tests.h"
#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::SiteFamily;

std::optional<SiteFamily> FamilyOf(const std::string& point, bool is_name_list) {
  if (point.empty()) return std::nullopt;  // a known site has no point of its own
  if (is_name_list) return SiteFamily::kNames;
  const auto address = rules::IpAddress::Parse(point);
  if (!address) return std::nullopt;
  // ::ffff:127.0.0.2 is an IPv4 address everywhere but here.
  const bool is_v6 = point.find(':') != std::string::npos;
  return is_v6 ? SiteFamily::kIpv6 : SiteFamily::kIpv4;
}

std::vector<std::string> Of(SiteFamily family, const std::vector<std::string>& points) {
  std::vector<std::string> found;
  for (const std::string& point : points) {
    if (FamilyOf(point, family == SiteFamily::kNames) == family) found.push_back(point);
  }
  return found;
}

struct Points {
  std::vector<std::string> must, must_not;
};

Points StandardPoints(SiteFamily family) {
  switch (family) {
    case SiteFamily::kIpv4:
      return {{"127.0.0.2"}, {"127.0.0.1"}};
    case SiteFamily::kIpv6:
      return {{"::ffff:7f00:2"}, {"::ffff:7f00:1"}};
    case SiteFamily::kNames:
      return {{"test"}, {"invalid"}};
  }
  return {};
}

void Replace(std::vector<std::string>& points, const std::vector<std::string>& own) {
  if (!own.empty()) points = own;
}

using Zones = std::set<std::string, std::less<>>;

TestedSite Tested(const Config& config, const Zones& unchecked, const rules::DnsblSite& site, SiteFamily family) {
  TestedSite tested{.list = site, .family = family};
  tested.is_checked = !unchecked.contains(site.zone);
  Points points = StandardPoints(family);
  const rules::KnownZone* known = rules::FindKnownZone(site.zone);
  tested.adds_random = family != SiteFamily::kNames;
  const auto take = [&](const std::vector<std::string>& must, const std::vector<std::string>& must_not) {
    Replace(points.must, Of(family, must));
    const auto own = Of(family, must_not);
    Replace(points.must_not, own);
    if (!own.empty()) tested.adds_random = false;
  };
  if (known) take({std::string(known->must)}, {std::string(known->must_not)});
  const auto own = config.test_points.find(site.zone);
  const bool has_own = own != config.test_points.end();
  if (has_own) take(own->second.must, own->second.must_not);
  const bool has_own_point = has_own && !Of(family, own->second.must).empty();
  tested.is_asked = family != SiteFamily::kIpv6 || !known || known->has_ipv6 || has_own_point;
  tested.must = std::move(points.must);
  tested.must_not = std::move(points.must_not);
  return tested;
}

}  // namespace

std::vector<TestedSite> TestedSites(const Config& config) {
  std::vector<TestedSite> sites;
  std::set<std::pair<std::string_view, SiteFamily>> known;
  const Zones unchecked(config.no_test_point.begin(), config.no_test_point.end());
  const auto add = [&](const rules::DnsblSite& site, SiteFamily family) {
    if (known.emplace(site.zone, family).second) sites.push_back(Tested(config, unchecked, site, family));
  };
  for (const auto& policy : {config.policy, config.shadow}) {
    if (!policy) continue;
    for (const rules::DnsblSite& site : policy->sites) {
      add(site, SiteFamily::kIpv4);
      add(site, SiteFamily::kIpv6);
    }
    for (const rules::DnsblSite& site : policy->name_sites) add(site, SiteFamily::kNames);
  }
  return sites;
}

}  // namespace policyd::dns
