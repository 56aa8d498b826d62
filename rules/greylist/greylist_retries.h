// Counts how long clients take to come back, to tell whether `greylist.delay` and `retry_window` fit the world outside.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>

#include "rules/values/time.h"

namespace rules {

// Counts of first passes by the time since the first sight.  A value.
class RetryTimes {
 public:
  // Each bucket holds times up to its bound; the last what is longer than every bound.
  static constexpr std::array<std::int64_t, 19> kBounds = {
      60, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 345600};
  static constexpr std::size_t kBuckets = kBounds.size() + 1;

  void Add(seconds waited) { ++counts_[BucketOf(waited)]; }
  void SetCount(std::size_t bucket, std::uint64_t count) { counts_[bucket] = count; }
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }
  std::uint64_t total() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }

  // The bound of the bucket in which `percent` of all are reached; nothing where there are none, or they took longer
  // than every bound.
  std::optional<seconds> Percentile(unsigned percent) const {
    const std::uint64_t wanted = (total() * percent + 99) / 100;
    std::uint64_t reached = 0;
    for (std::size_t bucket = 0; bucket < kBounds.size(); ++bucket) {
      reached += counts_[bucket];
      if (reached > 0 && reached >= wanted) return seconds{kBounds[bucket]};
    }
    return std::nullopt;
  }

  static std::size_t BucketOf(seconds waited) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), waited.count());
    return static_cast<std::size_t>(bound - kBounds.begin());
  }

  bool operator==(const RetryTimes&) const = default;

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
};

}  // namespace rules
