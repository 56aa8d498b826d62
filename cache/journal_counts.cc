#include "cache/journal_counts.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cache {
namespace {

constexpr std::size_t kMaxSeen = 1000;  // all are written in one commit; beyond, rows are written as they come

}  // namespace

bool JournalCounts::IsRepeat(const JournalRow& row) {
  const std::pair key{row.reference, std::chrono::floor<std::chrono::days>(row.first)};
  const auto found = seen_.find(key);
  if (found == seen_.end()) {
    if (seen_.size() < kMaxSeen) seen_.emplace(key, Seen{});
    return false;
  }
  Seen& seen = found->second;
  if (!seen.is_repeated) {
    seen = {.is_repeated = true, .repeats = row};
    return true;
  }
  const JournalRow before = std::exchange(seen.repeats, row);
  seen.repeats.first = std::min(before.first, row.first);
  seen.repeats.last = std::max(before.last, row.last);
  seen.repeats.times = before.times + row.times;
  return true;
}

std::vector<JournalRow> JournalCounts::TakeAll() {
  std::vector<JournalRow> rows;
  for (auto& [key, seen] : std::exchange(seen_, {})) {
    if (seen.is_repeated) rows.push_back(std::move(seen.repeats));
  }
  return rows;
}

}  // namespace cache
