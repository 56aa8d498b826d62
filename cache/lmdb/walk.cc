#include "cache/lmdb/walk.h"

#include <algorithm>
#include <utility>

namespace cache {
namespace {

struct Look {
  std::vector<Removable> removable;
  std::uint64_t looked_at = 0;
};

bool IsOver(const Stride& stride, std::uint64_t looked_at) {
  if (looked_at == stride.rows) return true;
  return looked_at > 0 && stride.until && std::chrono::steady_clock::now() >= *stride.until;
}

// A position is the number of the table, one byte, and the least key that was not looked at.
Look LookAt(WriteTransaction& transaction, std::span<const Table> tables, std::string& position, const Stride& stride,
            const RankOf& judge) {
  Look look;
  std::size_t table = position.empty() ? 0 : static_cast<std::size_t>(position.front());
  std::string from = position.empty() ? std::string() : position.substr(1);
  position.clear();
  for (; table < tables.size(); ++table, from.clear()) {
    transaction.Scan(tables[table], from, [&](std::string_view key, std::string_view value) {
      if (IsOver(stride, look.looked_at)) {
        position = static_cast<char>(table) + std::string(key);
        return false;
      }
      ++look.looked_at;
      if (const auto rank = judge(table, key, value)) look.removable.push_back({table, std::string(key), *rank});
      return true;
    });
    if (!position.empty()) break;
  }
  return look;
}

constexpr std::size_t kMostLooks = 20'000;  // in about 2 ms

struct Sample {
  std::vector<std::string> keys;
  std::vector<Holding> holdings;
};

Sample TakeSample(WriteTransaction& transaction, Table table, std::string& position, std::size_t wanted,
                  const HoldingOf& holding_of) {
  Sample sample;
  std::size_t looks = 0;
  const std::string start = std::exchange(position, {});
  // Until the key `end`; empty: of the table.
  const auto look_on = [&](const std::string& from, const std::string& end) {
    transaction.Scan(table, from, [&](std::string_view key, std::string_view value) {
      if (!end.empty() && key >= end) return false;
      if (looks == kMostLooks || sample.keys.size() == wanted) {
        position = key;
        return false;
      }
      ++looks;
      if (const auto holding = holding_of(key, value)) {
        sample.keys.emplace_back(key);
        sample.holdings.push_back(*holding);
      }
      return true;
    });
  };
  look_on(start, {});
  if (position.empty() && !start.empty()) look_on({}, start);
  return sample;
}

}  // namespace

Result<std::vector<Evicted>> PushOut(WriteTransaction& transaction, Table table, std::string& position,
                                     const Eviction& eviction, const HoldingOf& holding_of) {
  Sample sample = TakeSample(transaction, table, position, eviction.of_rows, holding_of);
  // The same part of the rows that were found: otherwise a small sample would be removed whole.
  const std::size_t count = (sample.keys.size() * eviction.rows + eviction.of_rows - 1) / eviction.of_rows;
  std::vector<Evicted> evicted;
  for (const ChosenRow& chosen : ChooseRows(sample.holdings, count)) {
    evicted.push_back({.key = std::move(sample.keys[chosen.row]),
                       .holding = sample.holdings[chosen.row],
                       .is_of_one_network = chosen.is_of_one_network});
    const Result<bool> deleted = transaction.Delete(table, evicted.back().key);
    if (!deleted) return deleted.error();
  }
  return evicted;
}

Result<Swept> StepThrough(WriteTransaction& transaction, std::span<const Table> tables, std::string& position,
                          const Stride& stride, std::size_t most, const RankOf& judge) {
  Look look = LookAt(transaction, tables, position, stride, judge);
  if (look.removable.size() > most) {
    const auto end = look.removable.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(look.removable.begin(), end, look.removable.end(),
                     [](const Removable& a, const Removable& b) { return a.rank < b.rank; });
    look.removable.erase(end, look.removable.end());
  }
  Swept swept{.looked_at = look.looked_at, .removed = 0};
  for (const Removable& row : look.removable) {
    const Result<bool> deleted = transaction.Delete(tables[row.table], row.key);
    if (!deleted) return deleted.error();
    ++swept.removed;
  }
  return swept;
}

}  // namespace cache
