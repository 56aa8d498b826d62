// A Verdict told to those who run the server: one log line, and the counters.  Written from the Verdict, outside of
// rules/.
#pragma once

#include <chrono>

#include "policyd/metrics/request_counts.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/inquiry.h"

namespace policyd::serve {

void LogVerdict(const Inquiry& inquiry, std::chrono::nanoseconds took, LogLines& log, RequestCounts& counts);

}  // namespace policyd::serve
