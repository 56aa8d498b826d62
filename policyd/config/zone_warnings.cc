#include "policyd/config/config_checks.h"

#include <optional>
#include <set>

#include "policyd/config/warning_rows.h"
#include "rules/zones/known_zones.h"

namespace policyd::config {
namespace {

// The lowest band that holds mail; nothing if none does.
std::optional<rules::Points> HeldFrom(const rules::Bands& bands) {
  for (const auto& limit : {bands.greylist, bands.defer, bands.reject}) {
    if (limit) return limit;
  }
  return std::nullopt;
}

std::optional<std::string> DeadWarning(std::string_view key, const rules::Zone& zone) {
  const rules::GoneZone* dead = rules::FindGoneZone(zone.name);
  if (!dead) return std::nullopt;
  return Warning(dead->instead.empty() ? "zone_is_gone" : "zone_is_gone_for",
                 {{"key", std::string(key)},
                  {"zone", zone.shown},
                  {"what", std::string(dead->what)},
                  {"instead", std::string(dead->instead)}});
}

std::vector<std::string> WarningsOf(std::string_view key, const std::vector<rules::Zone>& zones,
                                    const std::optional<rules::Points>& held_from, bool has_threshold) {
  std::vector<std::string> warnings;
  std::set<std::string> said;
  for (const rules::Zone& zone : zones) {
    if (auto warning = DeadWarning(key, zone)) warnings.push_back(*std::move(warning));
    for (const rules::Zone::Entry& entry : zone.entries) {
      const bool holds = !held_from || entry.points <= rules::Points{} || entry.points >= *held_from;
      if (holds) continue;
      std::string warning = Warning(has_threshold ? "hit_only_tags" : "hit_only_tags_threshold",
                                    {{"key", std::string(key)},
                                     {"zone", zone.shown},
                                     {"points", rules::PrintPoints(entry.points)},
                                     {"held", rules::PrintPoints(*held_from)}});
      if (said.insert(warning).second) warnings.push_back(std::move(warning));
    }
  }
  return warnings;
}

}  // namespace

std::vector<std::string> ZoneWarnings(const rules::Policy& policy, bool has_threshold) {
  const auto held_from = HeldFrom(policy.bands);
  std::vector<std::string> warnings = WarningsOf("dnsbl.sites", policy.zones, held_from, has_threshold);
  for (auto& warning : WarningsOf("dnsbl.name_sites", policy.name_zones, held_from, true)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace policyd::config
