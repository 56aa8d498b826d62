#include "rules/freshness.h"

#include <algorithm>
#include <string>

#include "rules/values/siphash.h"

namespace rules {
namespace {

// The same Question always gets the same share, in thousandths.  It needs no secret: nobody gains by guessing it.
seconds::rep JitterThousandths(const IpAddress& client, const Question& question) {
  const DnsQuestion asked = ToDns(question, client);
  return static_cast<seconds::rep>(SipHash(HashKey{}, asked.name + static_cast<char>(asked.type)) % 1000);
}

constexpr seconds kAgainstServesFor{3600};

bool SpeaksAgainst(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client) {
  if (question.kind == Question::Kind::kPtr) return fact.is_absent();
  if (question.kind == Question::Kind::kForward || question.kind == Question::Kind::kNameAddresses) {
    const auto& addresses = fact.Get<Addresses>();
    return !fact.is_cut && std::find(addresses.begin(), addresses.end(), client) == addresses.end();
  }
  // What a policy says of the client is not known here.
  if (question.kind == Question::Kind::kNameTexts || question.kind == Question::Kind::kNameMailHosts) return true;
  const auto speaks = [&](const std::vector<Zone>& zones) {
    return std::ranges::any_of(zones, [&](const Zone& zone) {
      return zone.name == question.zone && zone.PointsFor(fact.Get<Addresses>()) > Points{};
    });
  };
  if (question.kind == Question::Kind::kNameList) return speaks(policy.name_zones);
  return speaks(policy.zones) || speaks(policy.outbound.zones);
}

}  // namespace

bool IsDueForRefresh(const IpAddress& client, const Question& question, const Fact& fact, TimePoint now) {
  const seconds tenth = (fact.until - fact.learnt) / 10;
  if (now < SettledUntil(fact) || !fact.is_fresh(now)) return false;
  const seconds jitter = tenth / 2 * JitterThousandths(client, question) / 1000;
  return now >= fact.until - tenth + jitter;
}

bool MayServeStale(const Policy& policy, const Question& question, const Fact& fact, const IpAddress& client,
                   TimePoint now) {
  if (fact.is_unavailable() || IsFromFuture(fact.learnt, now)) return false;
  const seconds limit =
      SpeaksAgainst(policy, question, fact, client) ? std::min(kAgainstServesFor, policy.stale_for) : policy.stale_for;
  return now - fact.until <= limit;
}

}  // namespace rules
