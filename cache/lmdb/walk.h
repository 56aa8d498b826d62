// A walk through all rows of some tables in short steps, so that nothing waits long for its end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "cache/shares/shares.h"

namespace cache {

// How far one step goes: so many rows, or until a moment, whichever comes first.
struct Stride {
  std::size_t rows = 0;
  std::optional<std::chrono::steady_clock::time_point> until{};
};

struct Swept {
  std::uint64_t looked_at = 0, removed = 0;
  std::uint64_t redated = 0;  // a clock that was ahead had written them
};

inline Result<std::uint64_t> RemovedIn(const Result<Swept>& swept) {
  if (!swept) return swept.error();
  return swept->removed;
}

// A row to remove: the number of its table, its key, and how soon it may go (the least first).
struct Removable {
  std::size_t table = 0;
  std::string key;
  std::int64_t rank = 0;
};

// The rank of a row that may go, or nothing.
using RankOf =
    std::function<std::optional<std::int64_t>(std::size_t table, std::string_view key, std::string_view value)>;

// Looks at the rows of one stride from `position` on and removes at most `most` of those that may go.  Moves
// `position`: empty at the start and again at the end.  Looks at one row at least.
Result<Swept> StepThrough(WriteTransaction& transaction, std::span<const Table> tables, std::string& position,
                          const Stride& stride, std::size_t most, const RankOf& judge);

// How much is pushed out of a full table in one step: `rows` of each `of_rows` that might go.  The more there are to
// choose from, the surer those go that hold most; the fewer, the sooner a page is empty and given back.
struct Eviction {
  std::size_t rows = 0;
  std::size_t of_rows = 0;
};

struct Evicted {
  std::string key;
  Holding holding;
  bool is_of_one_network = false;  // see ChosenRow
};

// Reads the owner and the age of a row; nothing for one that stays.
using HoldingOf = std::function<std::optional<Holding>(std::string_view key, std::string_view value)>;

// Looks at rows from `position` on, at the end again from the beginning, and removes some of those that might go, by
// ChooseRows().  Looks at 20,000 rows at most, and removes fewer where it finds fewer.  Moves `position`.
// Returns what it removed.
Result<std::vector<Evicted>> PushOut(WriteTransaction& transaction, Table table, std::string& position,
                                     const Eviction& eviction, const HoldingOf& holding_of);

}  // namespace cache
