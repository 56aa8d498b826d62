// To whom people here wrote in the last 60 days (records/): strangers among recipients tell of a stolen password, and
// who is answered need not wait.
//
// Addresses are kept as keyed hashes alone, with the day and with the account that wrote.  A sender of ours chooses
// recipients, so that a full table loses rows of the accounts that hold most.
//
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "rules/reputation/daily_counts.h"
#include "rules/values/siphash.h"
#include "rules/values/time.h"

namespace cache {

struct CorrespondentRow {
  std::string ours, theirs;  // addresses, in any case
  rules::Day day{};          // when it was written
  std::string account{};     // that wrote; where it is empty, `ours` answers for it

  bool operator==(const CorrespondentRow&) const = default;
};

class Correspondents {
 public:
  static constexpr std::chrono::days kKept{60};

  Correspondents(Table rows, const rules::HashKey& secret) : rows_(rows), secret_(secret) {}

  // Did one of ours write to them within 60 days?  A day that is to come counts as today.
  bool Knows(ReadTransaction& snapshot, std::string_view ours, std::string_view theirs, rules::TimePoint now) const;
  // Did anybody here?
  bool KnowsAny(ReadTransaction& snapshot, std::string_view theirs, rules::TimePoint now) const;

  // A row with an empty address, such as of a bounce, is not kept.
  Status Add(WriteTransaction& transaction, const CorrespondentRow& row) const;

  // One short step of the walking sweep: removes rows older than 60 days, and dates back those that a clock which was
  // ahead has written.  Moves `position`, empty at the end.
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                      rules::TimePoint now) const;
  // Pushes out `eviction.rows` of `eviction.of_rows`: what is over first, then the oldest days of the accounts that
  // hold more than 1/32 of them, all cut down to the same height, then the oldest days of all.
  Result<std::uint64_t> Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                              rules::TimePoint now) const;

  Table rows() const { return rows_; }

 private:
  std::uint64_t HashOf(std::string_view address) const;

  Table rows_;
  const rules::HashKey secret_;
};

}  // namespace cache
