#include "rules/greylist/greylist_retries.h"

#include <algorithm>
#include <numeric>

namespace rules {

std::size_t RetryTimes::BucketOf(seconds waited) {
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), waited.count());
  return static_cast<std::size_t>(bound - kBounds.begin());
}

std::uint64_t RetryTimes::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::optional<seconds> RetryTimes::Percentile(unsigned percent) const {
  const std::uint64_t wanted = (total() * percent + 99) / 100;
  std::uint64_t reached = 0;
  for (std::size_t bucket = 0; bucket < kBounds.size(); ++bucket) {
    reached += counts_[bucket];
    if (reached > 0 && reached >= wanted) return seconds{kBounds[bucket]};
  }
  return std::nullopt;
}

}  // namespace rules
