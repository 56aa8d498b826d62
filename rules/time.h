// Wall-clock time with a resolution of one second: what expires is kept past the end of the process.
//
// No rule reads a clock: the caller says what time it is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rules/result.h"

namespace rules {

using TimePoint = std::chrono::sys_seconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Parses "300ms", "4s", "3m", "2h", "36d", "0s".  Errors say what was expected and what was there.
Result<milliseconds> ParseDuration(std::string_view text);

// Prints the largest units that say it: "2d", "1h 5m", "45s", "300ms".
std::string PrintDuration(milliseconds duration);

// Prints UTC as RFC 3339: "2026-11-21T08:30:00Z".
std::string PrintTime(TimePoint time);

}  // namespace rules
