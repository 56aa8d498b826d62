#include "cache/greylist/known_senders.h"

#include "rules/greylist/greylist.h"

namespace cache {

std::string ClassCKey(const rules::IpAddress& client) {
  constexpr int kClassC = 24;
  return client.is_v4() ? rules::Network(client, kClassC).ToString() : rules::EarnedKey(client);
}

std::optional<rules::Triplet> FindKnownSender(const TripletStore& triplets, ReadTransaction& snapshot,
                                              const rules::IpAddress& client, std::string_view sender) {
  std::optional<rules::Triplet> best;
  const std::size_t at = sender.rfind('@');
  const std::string_view domain = at == std::string_view::npos ? std::string_view() : sender.substr(at);
  for (const std::string& key : {rules::EarnedKey(client), ClassCKey(client)}) {
    for (const std::string_view who : {sender, domain}) {
      // All senders without a domain are no domain.
      if (who.empty() && !sender.empty()) continue;
      const auto record = triplets.Get(snapshot, {key, who, kAnyRecipient});
      if (record && (!best || record->last_seen > best->last_seen)) best = record;
    }
  }
  return best;
}

}  // namespace cache
