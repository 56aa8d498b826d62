#include "cache/shares/busiest_keys.h"

namespace cache {

void BusiestKeys::Move(Key key, std::uint64_t from, std::uint64_t to) {
  by_count_.erase({from, key});
  by_count_.insert({to, key});
  counts_[key] = to;
}

void BusiestKeys::Drop(Key key, std::uint64_t count) {
  by_count_.erase({count, key});
  counts_.erase(key);
}

void BusiestKeys::Add(Key key) {
  if (const auto known = counts_.find(key); known != counts_.end()) return Move(key, known->second, known->second + 1);
  std::uint64_t count = 1;
  if (counts_.size() >= capacity_) {
    // It may have come as often as the one that it replaces.
    const auto [least, loser] = *by_count_.begin();
    Drop(loser, least);
    count += least;
  }
  counts_.emplace(key, count);
  by_count_.insert({count, key});
}

void BusiestKeys::Subtract(Key key) {
  const auto known = counts_.find(key);
  if (known != counts_.end()) Set(key, known->second - 1);
}

void BusiestKeys::Set(Key key, std::uint64_t count) {
  const auto known = counts_.find(key);
  if (known != counts_.end()) return count > 0 ? Move(key, known->second, count) : Drop(key, known->second);
  if (count == 0) return;
  if (counts_.size() >= capacity_) {
    const auto [least, loser] = *by_count_.begin();
    if (least >= count) return;
    Drop(loser, least);
  }
  counts_.emplace(key, count);
  by_count_.insert({count, key});
}

std::optional<BusiestKeys::Busy> BusiestKeys::Busiest() const {
  if (by_count_.empty()) return std::nullopt;
  return Busy{.key = by_count_.rbegin()->second, .count = by_count_.rbegin()->first};
}

}  // namespace cache
