#include "rules/refresh.h"

#include <string>

#include "rules/values/siphash.h"

namespace rules {
namespace {

// A question of DNS always has the same share, in thousandths.  No secret is needed: who could guess it wins nothing.
seconds::rep JitterThousandths(const IpAddress& client, const Question& question) {
  const DnsQuestion asked = ToDns(question, client);
  return static_cast<seconds::rep>(SipHash(HashKey{}, asked.name + static_cast<char>(asked.type)) % 1000);
}

}  // namespace

bool IsDueForRefresh(const IpAddress& client, const Question& question, const Fact& fact, TimePoint now) {
  const seconds tenth = (fact.until - fact.learnt) / 10;
  if (now < SettledUntil(fact) || !fact.is_fresh(now)) return false;
  const seconds jitter = tenth / 2 * JitterThousandths(client, question) / 1000;
  return now >= fact.until - tenth + jitter;
}

}  // namespace rules
