// Wall-clock time with a resolution of one second: what expires is kept past the end of the process.
//
// No rule reads a clock: the caller says what time it is.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "rules/values/result.h"

namespace rules {

using TimePoint = std::chrono::sys_seconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// What was stored while the clock was ahead lies in the future of a clock that is right: such a time says nothing, and
// would otherwise hold until the clock comes there again.  Every stored time that something depends on is looked at
// through these two.  A minute is no such thing: a request keeps the time it began at, and clocks are set by small
// steps.
inline constexpr seconds kClockSlack{60};
inline bool IsFromFuture(TimePoint stored, TimePoint now) {
  return stored - now > kClockSlack;
}
// How long ago it was; what lies in the future was now.
inline seconds Since(TimePoint stored, TimePoint now) {
  return std::max(now - stored, seconds{0});
}

// Parses "300ms", "4s", "3m", "2h", "36d", "0s".  Errors say what was expected and what was there.
Result<milliseconds> ParseDuration(std::string_view text);

// Prints the largest units that say it: "2d", "1h 5m", "45s", "300ms".
std::string PrintDuration(milliseconds duration);

// Prints UTC as RFC 3339: "2026-11-21T08:30:00Z".
std::string PrintTime(TimePoint time);

}  // namespace rules
