// Latencies in log-linear buckets (as HdrHistogram keeps them): 64 to each power of two, so that a quantile is wrong by
// less than 1.6 %, whatever its size.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  void Add(std::chrono::nanoseconds latency) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
    ++counts_[IndexOf(value)];
    ++total_;
    max_ = std::max(max_, value);
  }

  std::uint64_t total() const { return total_; }
  double max_us() const { return static_cast<double>(max_) / 1000; }

  // Microseconds that the given share of the values does not exceed; 0 where there are none.
  double QuantileUs(double share) const {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return static_cast<double>(std::min(UpperEnd(i), max_)) / 1000;
    }
    return max_us();
  }

 private:
  static constexpr unsigned kLinearBits = 6;
  static constexpr std::uint64_t kLinear = 1U << kLinearBits;
  static constexpr std::uint64_t kPowers = 64 - kLinearBits;

  // Values below 128 have a bucket each; above, the six bits behind the first one choose.
  static std::size_t IndexOf(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > kLinearBits + 1 ? width - kLinearBits - 1 : 0;
    return (std::size_t{shift} << kLinearBits) + (value >> shift);
  }
  static std::uint64_t UpperEnd(std::size_t index) {
    if (index < 2 * kLinear) return index;
    const std::uint64_t shift = (index >> kLinearBits) - 1;
    return (((index & (kLinear - 1)) + kLinear + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (kPowers + 1) * kLinear> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
