// What is to be written into the history, minute by minute: what was counted since it was last taken.
//
// Take() and Write() belong to the main loop; Look() may be called from any thread.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "cache/history/history.h"
#include "cache/locked.h"
#include "cache/writer.h"

namespace policyd::metrics {

class HistoryFeed {
 public:
  // Counts of before are in the store already, or of nobody.
  explicit HistoryFeed(rules::TimePoint now) : state_(State{.minute = BeginOf(now)}) {}

  // Is the minute over in which something was last taken?  Also where the clock was set back.
  bool IsDue(rules::TimePoint now) const;
  // What came since the last time, as of the minute of the last time: a clock that was set meanwhile moves nothing.
  // Nothing where nothing came.  `totals`: all since the start.
  std::optional<cache::HistoryMinute> Take(const cache::HistoryCounts& totals, rules::TimePoint now);

  // Takes, and hands over to be written.
  void Write(const cache::HistoryCounts& totals, cache::Writer& writer, rules::TimePoint now);

  // What a look into the store may not find.
  struct Newest {
    std::vector<cache::HistoryMinute> handed_over;  // the last, which may be written by now
    cache::HistoryMinute running;                   // comes on top of what is written of its minute
  };
  Newest Look(const cache::HistoryCounts& totals) const;

 private:
  static rules::TimePoint BeginOf(rules::TimePoint time) {
    return cache::History::BeginOf(cache::History::Step::kMinute, time);
  }

  struct State {
    rules::TimePoint minute{};
    cache::HistoryCounts taken{};
    std::deque<cache::HistoryMinute> handed_over{};
  };
  cache::Locked<State> state_;
};

}  // namespace policyd::metrics
