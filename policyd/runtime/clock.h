// The two clocks: wall-clock time for what expires, steady time for deadlines.  Read here and passed on as values.
#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <string>

#include "rules/values/result.h"
#include "rules/values/time.h"

namespace policyd::runtime {

using Deadline = std::chrono::steady_clock::time_point;

// Safe from all threads.
class WallClock {
 public:
  // With SEKIMORI_TEST_CLOCK=FILE in the environment the first 8 bytes of FILE, a little-endian count of seconds, are
  // added to the time; they are read through a mapping at each Now().  An error where FILE cannot be mapped.
  static rules::Result<std::unique_ptr<const WallClock>> FromEnvironment();

  WallClock() = default;
  ~WallClock();
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;

  rules::TimePoint Now() const;
  bool is_test_clock() const { return offset_ != nullptr; }

 private:
  const void* offset_ = nullptr;
};

// How far the clock on the wall here is from UTC at that time, by the time zone of the process.
rules::seconds FromUtc(rules::TimePoint time);

// The processor time of the calling thread in nanoseconds, for what is judged by its cost.
inline double ProcessorNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

}  // namespace policyd::runtime
