// The processor time of the calling thread, for what is judged by its cost.
#pragma once

#include <ctime>

namespace policyd {

// In nanoseconds.
inline double ProcessorNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

}  // namespace policyd
