#include "rules/greylist/greylist_retries.h"

#include <gtest/gtest.h>

namespace rules::greylist_retries_test {

TEST(RetryTimes, NothingHasNoPercentile) {
  EXPECT_EQ(RetryTimes{}.total(), 0U);
  EXPECT_EQ(RetryTimes{}.Percentile(50), std::nullopt);
}

TEST(RetryTimes, ABoundBelongsToItsBucket) {
  EXPECT_EQ(RetryTimes::BucketOf(seconds{0}), 0U);
  EXPECT_EQ(RetryTimes::BucketOf(seconds{180}), RetryTimes::BucketOf(seconds{121}));
  EXPECT_NE(RetryTimes::BucketOf(seconds{180}), RetryTimes::BucketOf(seconds{181}));
  EXPECT_EQ(RetryTimes::BucketOf(seconds{999'999'999}), RetryTimes::kBounds.size());
}

// Of ten, five within 5 minutes, four within an hour, one in four days and more.
TEST(RetryTimes, APercentileIsTheBoundInWhichSoManyCameBack) {
  RetryTimes times;
  for (const int waited : {181, 200, 240, 290, 300, 610, 900, 1800, 3600, 400'000}) times.Add(seconds{waited});
  EXPECT_EQ(times.total(), 10U);
  EXPECT_EQ(times.Percentile(50), seconds{300});
  EXPECT_EQ(times.Percentile(51), seconds{900});
  EXPECT_EQ(times.Percentile(90), seconds{3600});
  EXPECT_EQ(times.Percentile(91), std::nullopt) << "longer than every bound";
}

}  // namespace rules::greylist_retries_test
