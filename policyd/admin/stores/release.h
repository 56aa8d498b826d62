// Triplets that wait for their client to come back, taken out of the greylist.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/policy.h"

namespace policyd::admin {

// The strings of a cache::TripletId, owned.
struct GreylistedTriplet {
  std::string client_key, sender, recipient;

  cache::TripletId Id() const { return {.client_key = client_key, .sender = sender, .recipient = recipient}; }
};

// Under which the greylist may know the mail of a row.
std::vector<GreylistedTriplet> TripletsOf(const rules::Policy& policy, const cache::JournalRow& row);

// Those of the mails in these verdicts.
std::vector<GreylistedTriplet> WaitingTriplets(const cache::Stores& stores, const rules::Policy& policy,
                                               const std::vector<cache::JournalRow>& rows);

// Removes them in short steps, so that the daemon's writer never waits for long; returns how many were still there.
rules::Result<std::uint64_t> Release(const cache::Stores& stores, const std::vector<GreylistedTriplet>& triplets);

}  // namespace policyd::admin
