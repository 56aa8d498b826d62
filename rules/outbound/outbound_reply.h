// Words what somebody reads in a mail program whose message was not sent.
#pragma once

#include <string>

#include "rules/policy.h"
#include "rules/verdict.h"

namespace rules {

// A frame of a reply, status first, with the placeholders {sender}, {contact} and {ref}.  REQUIRES: verdict.outbound,
// and a Verdict that turns away.
std::string OutboundFrame(const ReplyTexts& texts, const Verdict& verdict);

// "100 recipients an hour", "500 recipients a day"
std::string Describe(const OutboundSeen::LimitReached& limit);

// The time of day in a place so far from UTC: "14:35"; with `has_date` "09:00 on 2026-12-01".
std::string ClockTime(TimePoint time, seconds from_utc, bool has_date);

}  // namespace rules
