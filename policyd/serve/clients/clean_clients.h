// Tells the resolver's thread of clients that may be witnesses for or against a DNS list: of each once an hour or so,
// many at a time.
//
// Belongs to one thread.  Most requests come here: a client that was told of costs a look at one number.
//
// Bounded, and strangers may fill it: a client whose mark they take is told of once more in the hour, one that finds
// the news full the next time.  What a network may be worth as a witness is bounded in
// witnesses.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "policyd/dns/zones/witnesses.h"
#include "policyd/serve/clients/prefetch.h"

namespace policyd::serve {

class CleanClients {
 public:
  CleanClients() : marks_(kMarks) {}

  // It may be asked about soon: fetches its mark into the processor's cache, where it seldom is.
  void Expect(const rules::IpAddress& client) const { Prefetch(&marks_[HashOf(client) % kMarks], 1); }

  // Is it time to tell of the client?  From now on it was told of, for an hour of wall-clock time.
  bool IsDue(const rules::IpAddress& client, rules::TimePoint now) {
    const auto hour = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
    const std::uint64_t hash = HashOf(client);
    const auto mark = static_cast<std::uint32_t>((hash >> 32) + static_cast<std::uint64_t>(hour));
    std::uint32_t& told = marks_[hash % kMarks];
    if (told == mark || news_.size() == kMostNews) return false;
    told = mark;
    return true;
  }
  void Add(dns::CleanClient clean) { news_.push_back(std::move(clean)); }
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
