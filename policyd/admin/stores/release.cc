#include "policyd/admin/stores/release.h"

#include <algorithm>
#include <set>

#include "policyd/admin/verdicts/journal_rows.h"
#include "rules/greylist/greylist.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kStep = 1000;  // rows a transaction: the daemon's writer waits meanwhile

}  // namespace

std::vector<GreylistedTriplet> TripletsOf(const rules::Policy& policy, const cache::JournalRow& row) {
  std::vector<std::string> keys{rules::NetworkKey(row.client, policy.greylist)};
  // Stored under the name too where it is confirmed and nobody else's pool; elsewhere there is no such row.
  if (policy.suffixes && HasConfirmedName(row)) keys.push_back(policy.suffixes->RegisteredDomain(row.name));
  std::vector<GreylistedTriplet> triplets;
  for (std::string& key : keys) {
    triplets.push_back({.client_key = std::move(key),
                        .sender = rules::NormalizeSender(row.sender, row.recipient),
                        .recipient = rules::LowerAscii(row.recipient)});
  }
  return triplets;
}

std::vector<GreylistedTriplet> WaitingTriplets(const cache::Stores& stores, const rules::Policy& policy,
                                               const std::vector<cache::JournalRow>& rows) {
  cache::ReadTransaction snapshot(stores.records_environment());
  std::vector<GreylistedTriplet> waiting;
  std::set<std::string> seen;
  for (const cache::JournalRow& row : rows) {
    for (GreylistedTriplet& triplet : TripletsOf(policy, row)) {
      if (!seen.insert(triplet.client_key + '\n' + triplet.sender + '\n' + triplet.recipient).second) continue;
      const auto record = stores.triplets().Get(snapshot, triplet.Id());
      if (record && record->is_waiting()) waiting.push_back(std::move(triplet));
    }
  }
  return waiting;
}

rules::Result<std::uint64_t> Release(const cache::Stores& stores, const std::vector<GreylistedTriplet>& triplets) {
  std::uint64_t released = 0;
  for (std::size_t begin = 0; begin < triplets.size(); begin += kStep) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    if (!transaction) return transaction.error();
    std::uint64_t removed = 0;
    for (std::size_t i = begin; i < std::min(begin + kStep, triplets.size()); ++i) {
      const auto was_there = stores.triplets().Remove(**transaction, triplets[i].Id());
      if (!was_there) return was_there.error();
      removed += *was_there ? 1U : 0U;
    }
    const auto committed = (*transaction)->Commit();
    if (!committed) return committed.error();
    released += removed;
  }
  return released;
}

}  // namespace policyd::admin
