#include "policyd/metrics/site_gauges.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace policyd {

std::vector<Gauges::Site> SiteGauges(const rules::Policy& policy, const rules::Health& health) {
  std::vector<Gauges::Site> gauges;
  const auto add = [&](const rules::DnsblSite& site, std::initializer_list<rules::SiteFamily> families) {
    const auto found = health.sites.find(site.zone);
    const rules::SiteHealth states = found == health.sites.end() ? rules::SiteHealth() : found->second;
    Gauges::Site gauge{site.shown, states[*families.begin()]};
    for (const rules::SiteFamily family : families) {
      const bool is_known = states[family] != rules::SiteState::kUnknown && health.HasFamily(site.zone, family);
      if (is_known && rules::Counts(gauge.state)) gauge.state = states[family];
    }
    // One line a name: two keys of one provider, or a zone asked for addresses and for names, share it.
    const auto same = std::find_if(gauges.begin(), gauges.end(),
                                   [&site](const Gauges::Site& known) { return known.shown == site.shown; });
    if (same == gauges.end()) {
      gauges.push_back(std::move(gauge));
    } else if (rules::Counts(same->state)) {
      same->state = gauge.state;
    }
  };
  for (const auto& site : policy.sites) add(site, {rules::SiteFamily::kIpv4, rules::SiteFamily::kIpv6});
  for (const auto& site : policy.name_sites) add(site, {rules::SiteFamily::kNames});
  return gauges;
}

}  // namespace policyd
