// Counts the mail of clients for their reputations: what one worker has answered since it last handed its counts over.
//
// A warm request costs an addition in the KnownClient.  The key that its mail counts for, a look at the public
// suffixes, is made off the path, for a few clients each second.  Belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "cache/greylist/triplet_store.h"
#include "cache/reputation/reputations.h"
#include "policyd/serve/clients/known_clients.h"

namespace policyd::serve {

class ConductCounts {
 public:
  // `triplets`, which hashes the keys, outlives this.
  explicit ConductCounts(const cache::TripletStore& triplets) : triplets_(triplets) {}

  // Are the counts to be taken before more is counted?  Their day has ended, or the clock was set back.
  bool IsOver(rules::TimePoint now) const { return now < since_ || now >= until_; }
  // Is it time to take them?  A minute after the first of them.
  bool IsDue(rules::TimePoint now) const { return IsOver(now) || (!is_empty() && now - since_ >= kTakenAfter); }
  // These return whether the counts are to be taken at once, as they are too many.  REQUIRES: !IsOver(now).
  bool Count(const std::shared_ptr<const KnownClient>& client, const rules::DayCounts& counts, rules::TimePoint now);
  bool Count(cache::ClientHash key, const rules::IpAddress& client, const rules::DayCounts& counts,
             rules::TimePoint now);
  // Adds the counts of some known clients to those of their keys.
  bool Settle(rules::TimePoint now) { return Settle(kSettledAtOnce, now); }
  std::vector<cache::ReputationRow> TakeAll(rules::TimePoint now);

 private:
  static constexpr rules::seconds kTakenAfter{60};
  static constexpr std::size_t kSettledAtOnce = 256;  // less than a millisecond
  static constexpr std::size_t kMostKnown = cache::ReputationTally::kMost;

  bool is_empty() const { return since_ == rules::TimePoint::min(); }
  void Begin(rules::TimePoint now);
  bool Settle(std::size_t most, rules::TimePoint now);

  const cache::TripletStore& triplets_;
  std::vector<std::shared_ptr<const KnownClient>> known_;  // that have counts, each once
  cache::ReputationTally tally_;
  // While there are counts all are of this day or part of it.
  rules::TimePoint since_ = rules::TimePoint::min(), until_ = rules::TimePoint::max();
};

}  // namespace policyd::serve
