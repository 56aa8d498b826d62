#include "policyd/metrics/last_hour.h"

#include <gtest/gtest.h>

namespace policyd::metrics::last_hour_test {

constexpr std::size_t kPass = Index(rules::Action::kPass), kDefer = Index(rules::Action::kDefer);
const rules::TimePoint kNoon{std::chrono::seconds{1'795'348'800}};

// Totals of two actions.
LastHour::ByAction Totals(std::uint64_t pass, std::uint64_t defer) {
  LastHour::ByAction totals{};
  totals[kPass] = pass;
  totals[kDefer] = defer;
  return totals;
}

TEST(LastHour, CountsEachActionAndForgetsItAfterAnHour) {
  LastHour hour;
  hour.Note(Totals(3, 1), kNoon);
  hour.Note(Totals(5, 1), kNoon + std::chrono::minutes{30});
  EXPECT_EQ(hour.Counts(), Totals(5, 1));
  hour.Note(Totals(5, 1), kNoon + std::chrono::minutes{59});
  EXPECT_EQ(hour.Counts(), Totals(5, 1));
  hour.Note(Totals(5, 2), kNoon + std::chrono::minutes{60});
  EXPECT_EQ(hour.Counts(), Totals(2, 1)) << "what came at noon is an hour old, and its place is taken";
  hour.Note(Totals(5, 2), kNoon + std::chrono::hours{5});
  EXPECT_EQ(hour.Counts(), Totals(0, 0));
}

TEST(LastHour, LeavesOutWhatAClockThatWasAheadNoted) {
  LastHour hour;
  hour.Note(Totals(3, 0), kNoon + std::chrono::hours{24});
  hour.Note(Totals(4, 0), kNoon);
  EXPECT_EQ(hour.Counts(), Totals(1, 0));
}

}  // namespace policyd::metrics::last_hour_test
