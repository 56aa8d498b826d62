#include "cache/journal/journal_counts.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace cache {
namespace {

constexpr std::size_t kMaxSeen = 4096;  // of half a KiB; beyond, rows are written as they come
constexpr std::size_t kMany = 100;

constexpr rules::seconds kPeriod{1};
constexpr rules::seconds kPeriodOfMany{10};  // of rows that lie on as many pages

}  // namespace

bool JournalCounts::are_many() const {
  return seen_.size() > kMany;
}

bool JournalCounts::IsRepeat(const JournalRecord& record, const std::function<bool()>& is_kept) {
  const std::pair key{record.tries.reference, std::chrono::floor<std::chrono::days>(record.tries.first)};
  auto found = seen_.find(key);
  if (found == seen_.end()) {
    if (seen_.size() >= kMaxSeen) return false;
    found = seen_.emplace(key, Seen{}).first;
    if (!are_many() || !is_kept()) return false;
  }
  Seen& seen = found->second;
  JournalTries tries = record.tries;
  if (seen.is_repeated) tries.Add(seen.repeats.tries);
  seen.is_repeated = true;
  seen.repeats.tries = tries;
  seen.repeats.rest = record.rest;
  return true;
}

std::vector<JournalRecord> JournalCounts::TakeDue(rules::TimePoint now, std::size_t most) {
  const rules::seconds period = are_many() ? kPeriodOfMany : kPeriod;
  const bool is_time = now < since_ || now - since_ >= period;
  if (due_.empty() && is_time) {
    since_ = now;
    MakeDue();
  }
  const auto from = due_.end() - static_cast<std::ptrdiff_t>(std::min(most, due_.size()));
  std::vector<JournalRecord> taken(std::make_move_iterator(from), std::make_move_iterator(due_.end()));
  due_.erase(from, due_.end());
  if (due_.empty()) due_.shrink_to_fit();
  return taken;
}

// In the order of their keys, so that rows of one page are written together.
void JournalCounts::MakeDue() {
  for (auto& [key, seen] : std::exchange(seen_, {})) {
    if (seen.is_repeated) due_.push_back(std::move(seen.repeats));
  }
}

}  // namespace cache
