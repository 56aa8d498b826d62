#include "policyd/metrics/last_hour.h"

#include <chrono>

namespace policyd::metrics {

void LastHour::Note(const ByAction& totals, rules::TimePoint now) {
  now_ = std::chrono::floor<std::chrono::minutes>(now.time_since_epoch()).count();
  Minute& minute = minutes_[static_cast<std::size_t>(now_) % minutes_.size()];
  if (minute.number != now_) minute = {.number = now_, .counts = {}};
  for (std::size_t i = 0; i < kActions; ++i) minute.counts[i] += totals[i] - noted_[i];
  noted_ = totals;
}

LastHour::ByAction LastHour::Counts() const {
  ByAction counts{};
  for (const Minute& minute : minutes_) {
    // Minutes in the future were counted while the clock was ahead.
    const std::int64_t age = now_ - minute.number;
    if (age < 0 || age >= static_cast<std::int64_t>(minutes_.size())) continue;
    for (std::size_t i = 0; i < kActions; ++i) counts[i] += minute.counts[i];
  }
  return counts;
}

}  // namespace policyd::metrics
