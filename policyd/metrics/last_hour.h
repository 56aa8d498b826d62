// How many answers of each action there were in the last hour, by minutes: for `sekimorictl status`.
//
// Made from the counts since the start, so that counting costs a request nothing.  Not safe from several threads.
#pragma once

#include <array>
#include <cstdint>

#include "policyd/metrics/request_counts.h"
#include "rules/values/time.h"

namespace policyd::metrics {

class LastHour {
 public:
  using ByAction = std::array<std::uint64_t, kActions>;

  // `totals`: of each action since the start.  What came since the last call belongs to the minute of `now`, so call it
  // more often than once a minute.
  void Note(const ByAction& totals, rules::TimePoint now);

  // Of the 60 minutes that end with that of the last Note().
  ByAction Counts() const;

 private:
  struct Minute {
    std::int64_t number = 0;  // since 1970
    ByAction counts{};
  };

  std::array<Minute, 60> minutes_{};
  std::int64_t now_ = 0;
  ByAction noted_{};
};

}  // namespace policyd::metrics
