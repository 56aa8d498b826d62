#include "policyd/metrics/history_feed.h"

#include <utility>

namespace policyd {
namespace {

constexpr std::size_t kHandedOver = 2;  // a write takes less than a minute

}  // namespace

bool HistoryFeed::IsDue(rules::TimePoint now) const {
  const std::lock_guard lock(mutex_);
  return BeginOf(now) != minute_;
}

std::optional<cache::HistoryMinute> HistoryFeed::Take(const cache::HistoryCounts& totals, rules::TimePoint now) {
  const std::lock_guard lock(mutex_);
  cache::HistoryMinute over{.minute = minute_, .counts = totals.Since(taken_)};
  minute_ = BeginOf(now);
  taken_ = totals;
  if (over.counts.empty()) return std::nullopt;
  handed_over_.push_back(over);
  if (handed_over_.size() > kHandedOver) handed_over_.pop_front();
  return over;
}

void HistoryFeed::Write(const cache::HistoryCounts& totals, cache::Writer& writer, rules::TimePoint now) {
  auto minute = Take(totals, now);
  if (!minute) return;
  cache::RecordWrite write;
  write.history = *std::move(minute);
  writer.AddRecord(std::move(write));  // a full queue costs the plots a minute
}

HistoryFeed::Newest HistoryFeed::Look(const cache::HistoryCounts& totals) const {
  const std::lock_guard lock(mutex_);
  return {.handed_over = {handed_over_.begin(), handed_over_.end()},
          .running = {.minute = minute_, .counts = totals.Since(taken_)}};
}

}  // namespace policyd
