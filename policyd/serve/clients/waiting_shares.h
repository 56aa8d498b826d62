// Limits how many requests of one network may wait: for DNS, or for the commit of a first sight.
//
// Postfix's connections are what may wait: each asks one thing at a time.  A stranger whose zones do not answer could
// hold all of them, and the mail of others would wait in front.  So a /24 or /48 may have a quarter of what may wait,
// the /16 or /32 around it a half; a request beyond is answered at once, with what is known, as at its deadline.  A
// network that is only busy does not come near it: its answers are there in milliseconds.  Belongs to one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "policyd/dns/fair_queue.h"

namespace policyd::serve {

class WaitingShares {
 public:
  // `most`: how many requests may wait, together.
  explicit WaitingShares(std::size_t most)
      : of_narrow_(std::max<std::size_t>(most / 4, 1)), of_wide_(std::max<std::size_t>(most / 2, 1)) {}

  // One more request of the network waits.  Returns whether that is within its share.
  bool Add(const dns::ClientNetwork& network) {
    const std::size_t narrow = ++waiting_[network.narrow];
    const std::size_t wide = ++waiting_[network.wide];
    return narrow <= of_narrow_ && wide <= of_wide_;
  }
  // Also where Add() found no memory.
  void Remove(const dns::ClientNetwork& network) {
    for (const std::uint64_t number : {network.narrow, network.wide}) {
      const auto found = waiting_.find(number);
      if (found != waiting_.end() && --found->second == 0) waiting_.erase(found);
    }
  }
  bool empty() const { return waiting_.empty(); }

 private:
  const std::size_t of_narrow_, of_wide_;
  std::unordered_map<std::uint64_t, std::size_t> waiting_;  // by the number of the network, narrow or wide
};

}  // namespace policyd::serve
