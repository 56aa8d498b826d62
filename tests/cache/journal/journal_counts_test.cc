#include "cache/journal/journal_counts.h"

#include <gtest/gtest.h>

namespace cache::journal_counts_test {

using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

JournalRecord Try(std::uint64_t code, TimePoint time) {
  return {.tries = {.reference = {code}, .first = time, .last = time}, .rest = std::to_string(code)};
}

bool IsKept() {
  return true;
}

std::vector<JournalRecord> TakeAll(JournalCounts& counts) {
  return counts.TakeDue(TimePoint::max(), 1000);
}

TEST(JournalCountsTest, TheFirstTryIsForTheCallerTheOthersAreCounted) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Try(1, kNow), IsKept));
  EXPECT_FALSE(counts.IsRepeat(Try(2, kNow), IsKept));
  EXPECT_TRUE(counts.IsRepeat(Try(1, kNow + seconds{1}), IsKept));
  EXPECT_TRUE(counts.IsRepeat(Try(1, kNow + seconds{3}), IsKept));
  const auto rows = TakeAll(counts);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].tries.reference.code, 1U);
  EXPECT_EQ(rows[0].tries.times, 2U);
  EXPECT_EQ(rows[0].tries.first, kNow + seconds{1});
  EXPECT_EQ(rows[0].tries.last, kNow + seconds{3});
}

TEST(JournalCountsTest, AfterTakingAllEveryTryIsAFirstOne) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Try(1, kNow), IsKept));
  EXPECT_TRUE(counts.IsRepeat(Try(1, kNow), IsKept));
  EXPECT_EQ(TakeAll(counts).size(), 1U);
  EXPECT_FALSE(counts.IsRepeat(Try(1, kNow), IsKept));
  EXPECT_TRUE(TakeAll(counts).empty());
}

TEST(JournalCountsTest, TheSameReferenceOnAnotherDayIsAnotherRow) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Try(1, kNow - seconds{1}), IsKept));
  EXPECT_FALSE(counts.IsRepeat(Try(1, kNow), IsKept));
}

TEST(JournalCountsTest, AFewAreWrittenEverySecondManyEveryTen) {
  JournalCounts counts;
  counts.TakeDue(kNow, 1000);
  for (int i = 0; i < 2; ++i) counts.IsRepeat(Try(1, kNow), IsKept);
  EXPECT_TRUE(counts.TakeDue(kNow, 1000).empty());
  EXPECT_EQ(counts.TakeDue(kNow + seconds{1}, 1000).size(), 1U);
  for (std::uint64_t code = 0; code < 200; ++code) {
    for (int i = 0; i < 2; ++i) counts.IsRepeat(Try(code, kNow), IsKept);
  }
  EXPECT_TRUE(counts.TakeDue(kNow + seconds{10}, 1000).empty());
  EXPECT_EQ(counts.TakeDue(kNow + seconds{11}, 1000).size(), 200U);
}

TEST(JournalCountsTest, WhereManyAreSeenTheFirstTryOfAKeptRowIsCountedToo) {
  JournalCounts counts;
  for (std::uint64_t code = 0; code < 100; ++code) EXPECT_FALSE(counts.IsRepeat(Try(code, kNow), IsKept));
  EXPECT_FALSE(counts.IsRepeat(Try(100, kNow), [] { return false; })) << "somebody may ask for it at once";
  EXPECT_TRUE(counts.IsRepeat(Try(101, kNow), IsKept));
  const auto rows = TakeAll(counts);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].tries.reference.code, 101U);
  EXPECT_EQ(rows[0].tries.times, 1U);
  EXPECT_EQ(rows[0].rest, "101");
}

TEST(JournalCountsTest, AreTakenInPortionsAndNoneIsLost) {
  JournalCounts counts;
  for (std::uint64_t code = 0; code < 250; ++code) {
    for (int i = 0; i < 3; ++i) counts.IsRepeat(Try(code, kNow), [] { return false; });
  }
  std::size_t rows = 0;
  for (int portion = 0; portion < 3; ++portion) {
    EXPECT_EQ(counts.has_due(), portion > 0);
    for (const auto& record : counts.TakeDue(kNow, 100)) rows += record.tries.times;
  }
  EXPECT_EQ(rows, 2U * 250);
  EXPECT_FALSE(counts.has_due());
}

}  // namespace cache::journal_counts_test
