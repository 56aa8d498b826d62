// Triplets that wait for their client to come back, taken out of the greylist.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/policy.h"

namespace policyd::ctl {

// The strings of a cache::TripletId, owned.
struct WaitingTriplet {
  std::string client_key, sender, recipient;
};

// Those of the mails in these verdicts.
std::vector<WaitingTriplet> WaitingTriplets(const cache::Stores& stores, const rules::Policy& policy,
                                            const std::vector<cache::JournalRow>& rows);

// Removes them in short steps, so that the daemon's writer never waits for long; returns how many were still there.
rules::Result<std::uint64_t> Release(const cache::Stores& stores, const std::vector<WaitingTriplet>& triplets);

}  // namespace policyd::ctl
