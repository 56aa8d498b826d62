// Daily counts of client keys (records/): what their reputations are judged by.
//
// Gathered by each worker in memory and written once a minute: no mail costs a write, and the counts of a last minute
// may be lost.  Keys are hashes; the counts of one key take 20 to 150 bytes.  Beside them stands the network that a key
// was first seen in, so that a full table loses rows of the networks that hold most (cache/shares/shares.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "rules/reputation/daily_counts.h"
#include "rules/values/ip_address.h"

namespace cache {

using ClientHash = std::uint64_t;  // of a client key, as TripletStore::HashOf() gives it

// What is to be added to the counts of one key.
struct ReputationRow {
  ClientHash key = 0;
  rules::IpAddress client;  // one of the key's
  rules::CountedDay counted;

  bool operator==(const ReputationRow&) const = default;
};

struct ReputationLimits {
  std::uint64_t rows = 1'000'000;
  std::uint64_t bytes = 200'000'000;
};

// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
class Reputations {
 public:
  explicit Reputations(Table rows) : rows_(rows) {}

  // Empty where nothing is known.
  rules::DailyCounts Get(ReadTransaction& snapshot, ClientHash key) const;
  // Days that are over on the row's day are dropped.
  Status Add(WriteTransaction& transaction, const ReputationRow& row) const;

  // One short step of the walking sweep: removes rows without a day that is kept.  Moves `position`, empty at the end.
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                      rules::Day today) const;
  // Pushes out rows of the networks that hold most, see PushOut(): keys with mail on three days or more last.
  Result<std::uint64_t> Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                              rules::Day today) const;

  Table rows() const { return rows_; }

 private:
  Table rows_;
};

// Counts of one worker since they were last taken.  Belongs to one thread.
class ReputationTally {
 public:
  static constexpr std::size_t kMost = 4096;         // keys
  static constexpr std::size_t kRowsPerWrite = 500;  // what one transaction writes without anybody waiting for it

  // Returns whether the tally is to be taken now, as it is full.  Where it was taken just before, the networks that
  // hold most of it lose keys instead.  REQUIRES: `now` is on the day of what was counted since it was taken.
  bool Count(ClientHash key, const rules::IpAddress& client, const rules::DayCounts& counts, rules::TimePoint now);
  // In the order of their keys, so that rows of one page are written together.
  std::vector<ReputationRow> TakeAll(rules::TimePoint now);

 private:
  struct Counted {
    rules::DayCounts counts;
    rules::IpAddress client;
    rules::TimePoint began{};
  };

  void PushOut();

  std::unordered_map<ClientHash, Counted> keys_;
  rules::Day day_{};  // of all of them
  rules::TimePoint taken_{};
};

}  // namespace cache
