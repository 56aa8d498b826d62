// Numbers and times as the pages show them.  Pure but for the time zone of the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rules/values/time.h"

namespace policyd::http::pages {

std::string CountText(std::uint64_t count);                     // "12,345"
std::string ShortCount(double count);                           // "12k", for axes
std::string PercentText(double part, double whole);             // "3.4 %", "<0.1 %", "–" of nothing
std::string SecondsText(double seconds);                        // "38 µs", "1.2 ms", "2.5 s"
std::string SecondsText(const std::optional<double>& seconds);  // "–" where there is none
std::string BytesText(std::uint64_t bytes);                     // "1.4 GiB"

// Local time: "17:33", "11-21 17:33", "2026-11-21 17:33:20".
std::string ClockText(rules::TimePoint time);
std::string DayText(rules::TimePoint time);  // "11-21"
std::string DayAndClockText(rules::TimePoint time);
std::string FullTimeText(rules::TimePoint time);
std::string ZoneText(rules::TimePoint time);  // of these: "UTC", "UTC+09:00"

}  // namespace policyd::http::pages
