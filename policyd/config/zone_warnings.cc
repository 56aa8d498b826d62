#include "policyd/config/config_checks.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

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

std::optional<rules::Statement> GoneWarning(std::string_view key, const rules::Zone& zone) {
  const rules::GoneZone* gone = rules::FindGoneZone(zone.name);
  if (!gone) return std::nullopt;
  rules::StatementPlaces about{{"key", std::string(key)}, {"zone", zone.shown}};
  if (gone->instead) about.emplace_back("instead", std::string(*gone->instead));
  return rules::With(
      Warning(gone->instead ? WarningKind("zone_is_gone_for") : WarningKind("zone_is_gone"), std::move(about)), "what",
      rules::FateOf(*gone));
}

std::vector<rules::Statement> WarningsOf(std::string_view key, const std::vector<rules::Zone>& zones,
                                         const std::optional<rules::Points>& held_from, bool has_threshold) {
  std::vector<rules::Statement> warnings;
  std::set<std::string> said;  // entries of one zone with equal points say the same
  for (const rules::Zone& zone : zones) {
    if (auto warning = GoneWarning(key, zone)) warnings.push_back(*std::move(warning));
    for (const rules::Zone::Entry& entry : zone.entries) {
      const bool holds = !held_from || entry.points <= rules::Points{} || entry.points >= *held_from;
      if (holds) continue;
      auto warning = Warning(has_threshold ? WarningKind("hit_only_tags") : WarningKind("hit_only_tags_threshold"),
                             {{"key", std::string(key)},
                              {"zone", zone.shown},
                              {"points", rules::PrintPoints(entry.points)},
                              {"held", rules::PrintPoints(*held_from)}});
      if (said.insert(WarningText(warning)).second) warnings.push_back(std::move(warning));
    }
  }
  return warnings;
}

}  // namespace

std::vector<rules::Statement> ZoneWarnings(const rules::Policy& policy, bool has_threshold) {
  const auto held_from = HeldFrom(policy.bands);
  std::vector<rules::Statement> warnings = WarningsOf("dnsbl.sites", policy.zones, held_from, has_threshold);
  for (auto& warning : WarningsOf("dnsbl.name_sites", policy.name_zones, held_from, true)) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace policyd::config
