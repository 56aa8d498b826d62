// Counts of one client key by day: what its reputation is judged by.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rules/values/time.h"

namespace rules {

using Day = std::chrono::sys_days;  // UTC

inline Day DayOf(TimePoint time) {
  return std::chrono::floor<std::chrono::days>(time);
}

// Of one day; a number that is too large stays at the largest.
struct DayCounts {
  std::uint32_t let_in = 0;       // also those that came back
  std::uint32_t turned_away = 0;  // not by the greylist
  std::uint32_t greylisted = 0;   // told to come back: first sights, not each try
  std::uint32_t came_back = 0;    // let in after they had waited
  std::uint32_t listed = 0;       // of all, those that a DNS list spoke against

  // Each mail once: one that came back was greylisted before, on the same day or an earlier one.  Where it was an
  // earlier one this day may have none of its own.  A mail that is turned away and tried again counts each time, as
  // nothing tells the two apart.
  std::uint64_t mails() const { return std::uint64_t{let_in} - std::min(let_in, came_back) + turned_away + greylisted; }
  bool empty() const { return *this == DayCounts{}; }
  void Add(const DayCounts& others);

  bool operator==(const DayCounts&) const = default;
};

struct CountedDay {
  Day day;
  DayCounts counts;

  bool operator==(const CountedDay&) const = default;
};

// The days on which there was something to count, the oldest first, each once.
using DailyCounts = std::vector<CountedDay>;

inline constexpr std::chrono::days kReputationDays{60};  // that are kept, today among them

// Adds to its day.
void AddDay(DailyCounts& days, const CountedDay& more);

// Drops the days that are over, and those that a clock which was ahead has counted.
void KeepDays(DailyCounts& days, Day today);

}  // namespace rules
