// Orders the questions that wait to be sent, by the networks of the clients that they are about.  Pure.
//
// The next one is of the network that holds the fewest open questions, then the one wanted soonest: a stranger with
// many addresses and silent zones delays only its own questions.  Networks are joined upwards: /24 in /16, and for IPv6
// /48 in /32.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "policyd/runtime/clock.h"
#include "rules/values/ip_address.h"

namespace policyd::dns {

struct ClientNetwork {
  std::uint64_t wide = 0, narrow = 0;  // 0: nobody's in particular

  auto operator<=>(const ClientNetwork&) const = default;
};

ClientNetwork NetworkOf(const rules::IpAddress& client);

class FairQueue {
 public:
  using Place = std::pair<runtime::Deadline, std::uint64_t>;  // when it is wanted, and its number

  bool empty() const { return waiting_.empty(); }
  const std::map<Place, ClientNetwork>& waiting() const { return waiting_; }  // by the time they are wanted
  // REQUIRES: !empty().
  Place First() const;

  void Add(const ClientNetwork& network, const Place& place);
  void Remove(const Place& place);

  // One more question of the network is open, whether it waited or not; one fewer.
  void Opened(const ClientNetwork& network);
  void Closed(const ClientNetwork& network);

 private:
  using Rank = std::pair<unsigned, Place>;  // open questions, and the place of the next that waits
  using Ranks = std::set<std::pair<Rank, std::uint64_t>>;
  struct Narrow {
    unsigned open = 0;
    std::set<Place> waiting;
  };
  struct Wide {
    unsigned open = 0;
    std::map<std::uint64_t, Narrow> narrow;  // those with open or waiting questions
    Ranks ranks;                             // of those with waiting ones
  };

  template <class Change>
  void ChangeOf(const ClientNetwork& network, const Change& change);
  static Rank RankOf(const Wide& wide) { return {wide.open, wide.ranks.begin()->first.second}; }
  static Rank RankOf(const Narrow& narrow) { return {narrow.open, *narrow.waiting.begin()}; }

  std::map<Place, ClientNetwork> waiting_;
  std::map<std::uint64_t, Wide> wide_;
  Ranks ranks_;
};

}  // namespace policyd::dns
