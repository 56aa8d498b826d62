#include "policyd/metrics/zone_gauges.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace policyd::metrics {

std::vector<Gauges::Zone> ZoneGauges(const rules::Policy& policy, const rules::Health& health) {
  std::vector<Gauges::Zone> gauges;
  const auto add = [&](const rules::Zone& zone, std::initializer_list<rules::ZoneFamily> families) {
    const auto found = health.zones.find(zone.name);
    const rules::ZoneHealth states = found == health.zones.end() ? rules::ZoneHealth() : found->second;
    Gauges::Zone gauge{zone.shown, states[*families.begin()]};
    for (const rules::ZoneFamily family : families) {
      const bool is_known = states[family] != rules::ZoneState::kUnknown && health.HasFamily(zone.name, family);
      if (is_known && rules::Counts(gauge.state)) gauge.state = states[family];
    }
    // One line a name: two keys of one provider, or a zone asked for addresses and for names, share it.
    const auto same = std::find_if(gauges.begin(), gauges.end(),
                                   [&zone](const Gauges::Zone& known) { return known.shown == zone.shown; });
    if (same == gauges.end()) {
      gauges.push_back(std::move(gauge));
    } else if (rules::Counts(same->state)) {
      same->state = gauge.state;
    }
  };
  for (const auto& zone : policy.zones) add(zone, {rules::ZoneFamily::kIpv4, rules::ZoneFamily::kIpv6});
  for (const auto& zone : policy.name_zones) add(zone, {rules::ZoneFamily::kNames});
  return gauges;
}

}  // namespace policyd::metrics
