// Bounds how many triplets may wait, so that invented senders neither fill the store nor push out those of others.
//
// Counts what waits per client key in memory, the busiest 4,096 of them; the sum is stored.  A key over its limit loses
// the older half of its waiting rows in one step.  Above the limit of all, keys that hold a thousandth of it or more
// are halved until it holds again; else those rows go that shares.h chooses of a sample: those of the network, joined
// upwards, that holds most.  A confirmed row never goes.
//
// After a start nothing is counted: the first walk through the store tells what waits (Saw()).  Owned by the Writer's
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "cache/shares/busiest_keys.h"
#include "cache/stores.h"

namespace cache {

struct PendingLimits {
  std::uint64_t all = 2'000'000;
  std::uint64_t per_client_key = 5'000;
};

class FloodGuard {
 public:
  explicit FloodGuard(const Stores& stores) : stores_(stores) {}

  // A commit changed how many rows of `client` wait: by 1 or -1.
  void Changed(ClientHash client, int change);

  // The walk saw a waiting row; the rows of a client lie together.  WalkEnded() when it saw all.
  void Saw(ClientHash client);
  void WalkEnded();

  // One short step, where a limit is passed.  Returns how many rows went.
  std::uint64_t Step(const PendingLimits& limits);

 private:
  void NoteRun();
  // Halves the rows of the busiest key where more than `allowed` wait.
  std::uint64_t Halve(WriteTransaction& transaction, const BusiestKeys::Busy& busiest, std::uint64_t allowed);
  std::uint64_t Reduce(WriteTransaction& transaction, std::uint64_t waiting, const PendingLimits& limits);

  static constexpr std::size_t kKeys = 4096;

  const Stores& stores_;
  BusiestKeys keys_{kKeys};
  struct {
    ClientHash client = 0;
    std::uint64_t waiting = 0;
  } run_;  // the rows of one client, while the walk goes through them
  struct {
    ClientHash client = 0;
    std::string position;
  } halving_;             // of a client with more rows than one step looks at
  std::string eviction_;  // where the next eviction looks
};

}  // namespace cache
