#include "rules/stale.h"

#include <algorithm>

namespace rules {
namespace {

constexpr seconds kAgainstServesFor{3600};

bool SpeaksAgainst(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client) {
  if (question.kind == Question::Kind::kPtr) return fact.is_absent();
  if (question.kind == Question::Kind::kForward || question.kind == Question::Kind::kHeloForward) {
    const auto& addresses = fact.Get<Addresses>();
    return !fact.is_cut && std::find(addresses.begin(), addresses.end(), client) == addresses.end();
  }
  const auto& zones = question.kind == Question::Kind::kList ? policy.zones : policy.name_zones;
  const auto zone =
      std::find_if(zones.begin(), zones.end(), [&](const Zone& known) { return known.name == question.zone; });
  return zone != zones.end() && zone->PointsFor(fact.Get<Addresses>()) > Points{};
}

}  // namespace

bool MayServeStale(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client,
                   TimePoint now) {
  if (fact.is_unavailable() || IsFromFuture(fact.learnt, now)) return false;
  const seconds limit =
      SpeaksAgainst(policy, question, fact, client) ? std::min(kAgainstServesFor, policy.stale_for) : policy.stale_for;
  return now - fact.until <= limit;
}

}  // namespace rules
