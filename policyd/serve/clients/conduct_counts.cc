#include "policyd/serve/clients/conduct_counts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "rules/greylist/greylisting.h"

namespace policyd::serve {

bool ConductCounts::Count(const std::shared_ptr<const KnownClient>& client, const rules::DayCounts& counts,
                          rules::TimePoint now) {
  KnownClient::Conduct& conduct = client->conduct;
  const bool is_first = conduct.mail.empty();
  conduct.mail.Add(counts);
  if (!is_first) return false;
  Begin(now);
  known_.push_back(client);
  return known_.size() > kMostKnown && Settle(now);
}

bool ConductCounts::Count(cache::ClientHash key, const rules::IpAddress& client, const rules::DayCounts& counts,
                          rules::TimePoint now) {
  Begin(now);
  return tally_.Count(key, client, counts, now);
}

std::vector<cache::ReputationRow> ConductCounts::TakeAll(rules::TimePoint now) {
  std::vector<cache::ReputationRow> rows;
  const auto take = [&] {
    const auto more = tally_.TakeAll(now);
    rows.insert(rows.end(), more.begin(), more.end());
  };
  while (Settle(std::numeric_limits<std::size_t>::max(), now)) take();
  take();
  since_ = rules::TimePoint::min();
  until_ = rules::TimePoint::max();
  return rows;
}

void ConductCounts::Begin(rules::TimePoint now) {
  if (!is_empty()) return;
  since_ = now;
  until_ = rules::DayOf(now) + std::chrono::days{1};
}

bool ConductCounts::Settle(std::size_t most, rules::TimePoint now) {
  for (; most > 0 && !known_.empty(); --most) {
    const auto client = std::move(known_.back());
    known_.pop_back();
    auto& [mail, key] = client->conduct;
    if (!key) key = triplets_.HashOf(rules::ClientKey(*client->policy, client->address, client->assessment));
    // A day that has ended meanwhile is the day of its counts all the same.
    const rules::TimePoint when = std::clamp(now, since_, until_ - rules::seconds{1});
    if (tally_.Count(*key, client->address, std::exchange(mail, {}), when)) return true;
  }
  return false;
}

}  // namespace policyd::serve
