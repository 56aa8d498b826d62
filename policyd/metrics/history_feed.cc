#include "policyd/metrics/history_feed.h"

#include <utility>

namespace policyd::metrics {
namespace {

constexpr std::size_t kHandedOver = 2;  // a write takes less than a minute

}  // namespace

bool HistoryFeed::IsDue(rules::TimePoint now) const {
  return BeginOf(now) != state_.Lock()->minute;
}

std::optional<cache::HistoryMinute> HistoryFeed::Take(const cache::HistoryCounts& totals, rules::TimePoint now) {
  const auto state = state_.Lock();
  cache::HistoryMinute over{.minute = state->minute, .counts = totals.Since(state->taken)};
  state->minute = BeginOf(now);
  state->taken = totals;
  if (over.counts.empty()) return std::nullopt;
  state->handed_over.push_back(over);
  if (state->handed_over.size() > kHandedOver) state->handed_over.pop_front();
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
  const auto state = state_.Lock();
  return {.handed_over = {state->handed_over.begin(), state->handed_over.end()},
          .running = {.minute = state->minute, .counts = totals.Since(state->taken)}};
}

}  // namespace policyd::metrics
