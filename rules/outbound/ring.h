// Counts events in whole buckets of time, so that a limit on a span holds for every span of that length there is.
//
// A bucket more than the span has is kept and all are counted: what was counted is never free too early, and at most
// one bucket too late.  Of the window algorithms that others use only a log of all events does better, and takes the
// room of it; a fixed window, a token bucket and a decaying mean let twice the limit through in the worst hour.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "rules/values/time.h"

namespace rules {

template <std::size_t kBuckets, int kSecondsEach>
class Ring {
 public:
  static constexpr seconds kEach{kSecondsEach};
  static constexpr seconds kSpan = kEach * (static_cast<int>(kBuckets) - 1);
  using Counts = std::array<std::uint32_t, kBuckets>;

  Ring() = default;
  // As it was kept: the number of the newest bucket, and the counts from the newest to the oldest.
  Ring(std::int64_t newest, const Counts& counts) : newest_(newest), counts_(counts) {}

  void Add(std::uint32_t count, TimePoint now) {
    MoveTo(now);
    counts_[0] = Plus(counts_[0], count);
  }

  // Takes back what was added at `then`, unless it is over already.
  void TakeBack(std::uint32_t count, TimePoint then, TimePoint now) {
    MoveTo(now);
    const std::int64_t age = newest_ - NumberOf(then);
    if (age >= static_cast<std::int64_t>(kBuckets)) return;
    std::uint32_t& bucket = counts_[static_cast<std::size_t>(std::max<std::int64_t>(age, 0))];
    bucket -= std::min(bucket, count);
  }

  std::uint32_t Sum(TimePoint now) const {
    std::uint32_t sum = 0;
    for (const std::uint32_t count : At(now).counts_) sum = Plus(sum, count);
    return sum;
  }

  // When `more` fit below `most` again.  REQUIRES: more <= most.
  TimePoint FreeAt(std::uint32_t more, std::uint32_t most, TimePoint now) const {
    const Ring ring = At(now);
    std::uint64_t sum = ring.Sum(now);
    if (sum + more <= most) return now;
    for (std::size_t place = kBuckets; place-- > 0;) {
      sum -= ring.counts_[place];
      const std::int64_t over = ring.newest_ - static_cast<std::int64_t>(place) + static_cast<std::int64_t>(kBuckets);
      if (sum + more <= most) return TimePoint(kEach * over);
    }
    return now;
  }

  bool empty(TimePoint now) const { return Sum(now) == 0; }
  std::int64_t newest() const { return newest_; }
  const Counts& counts() const { return counts_; }  // from the newest bucket to the oldest

  bool operator==(const Ring&) const = default;

 private:
  static std::int64_t NumberOf(TimePoint time) { return time.time_since_epoch() / kEach; }
  static std::uint32_t Plus(std::uint32_t a, std::uint32_t b) {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    return b > kMost - a ? kMost : a + b;
  }

  Ring At(TimePoint now) const {
    Ring ring = *this;
    ring.MoveTo(now);
    return ring;
  }

  // A clock that was set back frees nothing: what was counted before is as old as it was.  Requests of several threads
  // come with times that differ a little; those change nothing.
  void MoveTo(TimePoint now) {
    const std::int64_t number = NumberOf(now);
    const std::int64_t steps = number - newest_;
    if (steps < 0 && IsFromFuture(TimePoint(kEach * newest_), now)) newest_ = number;
    if (steps <= 0) return;
    newest_ = number;
    if (steps >= static_cast<std::int64_t>(kBuckets)) return counts_.fill(0);
    std::shift_right(counts_.begin(), counts_.end(), static_cast<std::ptrdiff_t>(steps));
    std::fill_n(counts_.begin(), steps, 0U);
  }

  std::int64_t newest_ = 0;
  Counts counts_{};
};

}  // namespace rules
