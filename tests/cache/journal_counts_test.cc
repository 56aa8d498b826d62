#include "cache/journal_counts.h"

#include <gtest/gtest.h>

namespace cache {
namespace {

using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

JournalRow Row(std::uint64_t code, TimePoint time) {
  JournalRow row;
  row.reference.code = code;
  row.first = row.last = time;
  return row;
}

TEST(JournalCountsTest, TheFirstTryIsForTheCallerTheOthersAreCounted) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Row(1, kNow)));
  EXPECT_FALSE(counts.IsRepeat(Row(2, kNow)));
  EXPECT_TRUE(counts.IsRepeat(Row(1, kNow + seconds{1})));
  EXPECT_TRUE(counts.IsRepeat(Row(1, kNow + seconds{3})));
  const auto rows = counts.TakeAll();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].reference.code, 1U);
  EXPECT_EQ(rows[0].times, 2U);
  EXPECT_EQ(rows[0].first, kNow + seconds{1});
  EXPECT_EQ(rows[0].last, kNow + seconds{3});
}

TEST(JournalCountsTest, AfterTakingAllEveryTryIsAFirstOne) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Row(1, kNow)));
  EXPECT_TRUE(counts.IsRepeat(Row(1, kNow)));
  EXPECT_EQ(counts.TakeAll().size(), 1U);
  EXPECT_FALSE(counts.IsRepeat(Row(1, kNow)));
  EXPECT_TRUE(counts.TakeAll().empty());
}

TEST(JournalCountsTest, TheSameReferenceOnAnotherDayIsAnotherRow) {
  JournalCounts counts;
  EXPECT_FALSE(counts.IsRepeat(Row(1, kNow - seconds{1})));
  EXPECT_FALSE(counts.IsRepeat(Row(1, kNow)));
}

}  // namespace
}  // namespace cache
