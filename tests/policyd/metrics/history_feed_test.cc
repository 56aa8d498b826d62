#include "policyd/metrics/history_feed.h"

#include <gtest/gtest.h>

#include "policyd/metrics/metrics.h"

namespace policyd::metrics::history_feed_test {

using cache::HistoryCounts;
using cache::HistoryMinute;
using rules::Action;
using rules::Reason;
using rules::seconds;

const rules::TimePoint kMinute{seconds{1'795'250'040}};  // a whole one

HistoryCounts Passed(std::uint64_t count) {
  HistoryCounts counts;
  counts.Verdicts(Action::kPass, Reason::kClean) = count;
  return counts;
}

TEST(HistoryFeed, WhatCameBelongsToTheMinuteThatEnded) {
  HistoryFeed feed(kMinute + seconds{5});
  EXPECT_FALSE(feed.IsDue(kMinute + seconds{59}));
  ASSERT_TRUE(feed.IsDue(kMinute + seconds{60}));
  EXPECT_EQ(feed.Take(Passed(7), kMinute + seconds{60}), (HistoryMinute{kMinute, Passed(7)}));
  EXPECT_EQ(feed.Take(Passed(7), kMinute + seconds{120}), std::nullopt) << "a minute without mail is no row";
  EXPECT_EQ(feed.Take(Passed(9), kMinute + seconds{180}), (HistoryMinute{kMinute + seconds{120}, Passed(2)}));
}

TEST(HistoryFeed, AClockThatIsSetMovesNothing) {
  HistoryFeed feed(kMinute);
  ASSERT_TRUE(feed.IsDue(kMinute - seconds{86400}));
  EXPECT_EQ(feed.Take(Passed(1), kMinute - seconds{86400}), (HistoryMinute{kMinute, Passed(1)}));
  EXPECT_EQ(feed.Take(Passed(3), kMinute + seconds{86400}), (HistoryMinute{kMinute - seconds{86400}, Passed(2)}));
}

TEST(HistoryFeed, ALookFindsWhatMayNotBeWrittenYet) {
  HistoryFeed feed(kMinute);
  feed.Take(Passed(4), kMinute + seconds{60});
  const HistoryFeed::Newest newest = feed.Look(Passed(9));
  EXPECT_EQ(newest.handed_over, (std::vector<HistoryMinute>{{kMinute, Passed(4)}}));
  EXPECT_EQ(newest.running, (HistoryMinute{kMinute + seconds{60}, Passed(5)}));
}

// Each count of the daemon that the history keeps, and where it keeps it.
TEST(Metrics, TotalsHoldAllThatTheHistoryKeeps) {
  Metrics metrics;
  RequestCounts& one = metrics.NewRequestCounts();
  RequestCounts& two = metrics.NewRequestCounts();
  one.CountVerdict(Action::kGreylist, Reason::kNoPtr, rules::Mode::kEnforce, std::chrono::microseconds{20});
  two.CountVerdict(Action::kGreylist, Reason::kNoPtr, rules::Mode::kMonitor, std::chrono::seconds{9});
  one.CountAnswer(Action::kGreylist, Reason::kNoPtr);
  two.CountAnswer(Action::kPass, Reason::kNoPtr);  // as monitor does
  two.CountAsked(std::chrono::seconds{9});
  two.CountGreylist(GreylistOutcome::kPassed);
  two.CountRetry(seconds{200});
  one.CountFailOpen(FailOpenCause::kDns);
  one.CountSent(3);
  two.CountSent(4);
  metrics.CountDnsQuery(rules::Question::Kind::kForward, rules::Fact::State::kAbsent, std::chrono::milliseconds{1});
  metrics.CountListAnswer("zen.example", rules::Fact::State::kPresent, std::chrono::milliseconds{3});
  metrics.CountListAnswer("zen.example", rules::Fact::State::kAbsent, std::chrono::milliseconds{4});
  metrics.CountListAnswer("zen.example", rules::Fact::State::kUnavailable, std::chrono::milliseconds{1000});

  HistoryCounts want;
  want.Verdicts(Action::kGreylist, Reason::kNoPtr) = 2;
  want.Answers(Action::kGreylist, Reason::kNoPtr) = 1;
  want.Answers(Action::kPass, Reason::kNoPtr) = 1;
  want.At(HistoryCounts::kTimes, 1) = 1;   // up to 25 microseconds
  want.At(HistoryCounts::kTimes, 18) = 1;  // longer than 5 s
  want.At(HistoryCounts::kAskedTimes, 18) = 1;
  want.At(HistoryCounts::kGreylist, 2) = 1;
  want.At(HistoryCounts::kRetries, 3) = 1;  // up to 240 s
  want.At(HistoryCounts::kFailOpen, 3) = 1;
  want.At(HistoryCounts::kSent, 0) = 2;
  want.At(HistoryCounts::kSent, 1) = 7;
  want.At(HistoryCounts::kDns, 1 * HistoryCounts::kResultRoom + 1) = 1;
  // Three questions of the list, the shown ones only: the forward look-up is none.
  want.zones["zen.example"] = {.asked = 3, .hits = 1, .unavailable = 1, .microseconds = 1'007'000};
  const HistoryCounts got = metrics.Totals();
  for (std::size_t i = 0; i < got.numbers.size(); ++i) EXPECT_EQ(got.numbers[i], want.numbers[i]) << i;
  EXPECT_EQ(got.zones, want.zones);
}

}  // namespace policyd::metrics::history_feed_test
