// A Verdict told to those who run the server: one log line, and the counters.  Written from the Verdict, outside of
// rules/.
#pragma once

#include <chrono>

#include "policyd/config/config.h"
#include "policyd/metrics/request_counts.h"
#include "policyd/runtime/log.h"
#include "policyd/serve/inquiry.h"

namespace policyd::serve {

class VerdictLog {
 public:
  // Both outlive it.
  VerdictLog(runtime::LogLines& log, metrics::RequestCounts& counts) : log_(log), counts_(counts) {}

  // `passes`: which lines of mail that passes without more to say are written; each is counted.
  void Tell(const Inquiry& inquiry, std::chrono::nanoseconds took, config::LogSettings::Passes passes);

 private:
  // How many passes the next line stands for; 0: it is not written.
  unsigned LineStandsFor(const Inquiry& inquiry, config::LogSettings::Passes passes);

  runtime::LogLines& log_;
  metrics::RequestCounts& counts_;
  unsigned unwritten_ = 0;  // passes since the last sample
};

}  // namespace policyd::serve
