// Clients that are whitelisted, or passed as clean: each is told of once an hour or so, many at a time.
//
// Belongs to one thread.  This is the way of most requests: a client that was told of costs a look at one number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "policyd/clock.h"
#include "policyd/dns/lookups.h"
#include "policyd/serve/address_hash.h"
#include "policyd/serve/prefetch.h"

namespace policyd::serve {

class CleanClients {
 public:
  CleanClients() : marks_(kMarks) {}

  // He may be added soon: fetches his mark into the processor's cache, where it seldom is.
  void Expect(const rules::IpAddress& client) const { Prefetch(&marks_[HashOf(client) % kMarks], 1); }

  void Add(const dns::CleanClient& clean, Deadline now);
  // Those that were not yet told of.
  std::vector<dns::CleanClient> TakeNews() { return std::exchange(news_, {}); }

 private:
  static constexpr std::size_t kMarks = 65'536;
  static constexpr std::size_t kMostNews = 16'384;  // the rest is told of another time

  // What was told last, by the client's place: a number made of the client and the hour.
  std::vector<std::uint32_t> marks_;
  std::vector<dns::CleanClient> news_;
};

}  // namespace policyd::serve
