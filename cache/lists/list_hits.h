// How often the entries of the lists decided, and when last (records/).
//
// Gathered by each worker and written once a second: no mail costs a write.  A count belongs to the entry as it was
// made: one that was replaced starts anew, and what is left of a removed one counts for none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "rules/people/list_entry.h"

namespace cache {

struct EntryHits {
  std::uint64_t count = 0;
  rules::TimePoint last{};

  bool operator==(const EntryHits&) const = default;
};

struct EntryHitsRow {
  rules::ListKind list = rules::ListKind::kWhitelist;
  rules::Target target;
  rules::TimePoint created{};  // of the entry
  EntryHits hits;

  bool operator==(const EntryHitsRow&) const = default;
};

// Const methods may be called from any thread, each with its own snapshot.
class ListHits {
 public:
  explicit ListHits(Environment& environment);

  // Nothing where the entry has not decided yet.
  std::optional<EntryHits> Get(ReadTransaction& snapshot, const rules::ListEntry& entry) const;
  // Adds to what is there of the same entry.
  Status Add(WriteTransaction& transaction, const EntryHitsRow& row) const;

 private:
  Table rows_;
};

// Counts of one worker since they were last taken.  Belongs to one thread.
class HitTally {
 public:
  static constexpr std::size_t kMost = 500;  // entries: what one transaction writes without anybody waiting for it

  void Count(const rules::ListEntry& entry, rules::TimePoint now);
  bool is_full() const { return rows_.size() >= kMost; }
  bool empty() const { return rows_.empty(); }
  std::vector<EntryHitsRow> TakeAll();

 private:
  std::map<std::pair<rules::ListKind, std::string>, EntryHitsRow> rows_;
};

}  // namespace cache
