#include "policyd/dns/fair_queue.h"

#include <cstddef>
#include <span>

namespace policyd::dns {
namespace {

// The first bytes of an address, and how many they are, so that no two networks share a number.
std::uint64_t NumberOf(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = bytes.size();
  for (const std::uint8_t byte : bytes) number = number << 8U | byte;
  return number;
}

}  // namespace

ClientNetwork NetworkOf(const rules::IpAddress& client) {
  const std::size_t wide = client.is_v4() ? 2 : 4;
  const std::size_t narrow = client.is_v4() ? 3 : 6;
  return {NumberOf(client.bytes().first(wide)), NumberOf(client.bytes().first(narrow))};
}

FairQueue::Place FairQueue::First() const {
  return ranks_.begin()->first.second;
}

void FairQueue::Add(const ClientNetwork& network, const Place& place) {
  waiting_.emplace(place, network);
  ChangeOf(network, [&place](Wide&, Narrow& narrow) { narrow.waiting.insert(place); });
}

void FairQueue::Remove(const Place& place) {
  const auto found = waiting_.find(place);
  if (found == waiting_.end()) return;
  ChangeOf(found->second, [&place](Wide&, Narrow& narrow) { narrow.waiting.erase(place); });
  waiting_.erase(found);
}

void FairQueue::Opened(const ClientNetwork& network) {
  ChangeOf(network, [](Wide& wide, Narrow& narrow) {
    ++wide.open;
    ++narrow.open;
  });
}

void FairQueue::Closed(const ClientNetwork& network) {
  ChangeOf(network, [](Wide& wide, Narrow& narrow) {
    --wide.open;
    --narrow.open;
  });
}

template <class Change>
void FairQueue::ChangeOf(const ClientNetwork& network, const Change& change) {
  Wide& wide = wide_[network.wide];
  Narrow& narrow = wide.narrow[network.narrow];
  if (!wide.ranks.empty()) ranks_.erase({RankOf(wide), network.wide});
  if (!narrow.waiting.empty()) wide.ranks.erase({RankOf(narrow), network.narrow});
  change(wide, narrow);
  if (!narrow.waiting.empty()) {
    wide.ranks.insert({RankOf(narrow), network.narrow});
  } else if (narrow.open == 0) {
    wide.narrow.erase(network.narrow);
  }
  if (!wide.ranks.empty()) {
    ranks_.insert({RankOf(wide), network.wide});
  } else if (wide.narrow.empty()) {
    wide_.erase(network.wide);
  }
}

}  // namespace policyd::dns
