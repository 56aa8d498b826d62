// Times as people read and write them: local time, which the environment's TZ says; `sekimorictl --utc` sets that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/values/time.h"

namespace policyd::admin {

// "2026-11-21T17:33:20+09:00", and in UTC "2026-11-21T08:33:20Z": ParseLocalTime() reads it back.
std::string ShownTime(rules::TimePoint time);

// A text may name a moment, or the whole of a day.
struct TimeSpan {
  rules::TimePoint begin, end;  // equal for a moment
};

// "2026-11-21", "2026-11-21 08:30", "2026-11-21T08:30:00+09:00", "...Z", "today", "yesterday", "now"; without an offset
// it is local time.  Nothing for all else and for days that no calendar has.
std::optional<TimeSpan> ParseLocalTime(std::string_view text, rules::TimePoint now);

}  // namespace policyd::admin
