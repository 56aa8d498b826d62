#include "cache/shares/pushed_out.h"

#include <gtest/gtest.h>

#include "rules/values/siphash.h"

namespace cache::pushed_out_test {

using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr seconds kDay{86400};

// As hashes of the store are: all bits depend on the text.
std::uint64_t Hash(int number) {
  return rules::SipHash(rules::HashKey{}, std::to_string(number));
}

TEST(PushedOutTest, AFirstSightIsFoundWithItsTime) {
  PushedOut pushed_out;
  EXPECT_EQ(pushed_out.Find(Hash(1), kNow), std::nullopt);
  pushed_out.Add(Hash(1), kNow);
  pushed_out.Add(Hash(2), kNow + seconds{7});
  EXPECT_EQ(pushed_out.Find(Hash(1), kNow + 2 * kDay), kNow);
  EXPECT_EQ(pushed_out.Find(Hash(2), kNow + seconds{300}), kNow + seconds{7});
  EXPECT_EQ(pushed_out.Find(Hash(3), kNow), std::nullopt);
}

TEST(PushedOutTest, TheSameOneSeenAgainHasTheLaterTime) {
  PushedOut pushed_out;
  pushed_out.Add(Hash(1), kNow);
  pushed_out.Add(Hash(1), kNow + kDay);
  EXPECT_EQ(pushed_out.Find(Hash(1), kNow + kDay), kNow + kDay);
}

// Four millions, twice max_pending as it is by default: nearly all are there, and few strangers are taken for one.
TEST(PushedOutTest, MillionsAreRemembered) {
  constexpr int kMany = static_cast<int>(PushedOut::kMarks / 2);
  constexpr int kTried = 20'000;
  PushedOut pushed_out;
  for (int i = 0; i < kMany; ++i) pushed_out.Add(Hash(i), kNow + seconds{i / 10'000});
  int found = 0;
  int mistaken = 0;
  for (int i = 0; i < kTried; ++i) {
    found += pushed_out.Find(Hash(i), kNow + seconds{1000}) ? 1 : 0;
    mistaken += pushed_out.Find(Hash(kMany + i), kNow + seconds{1000}) ? 1 : 0;
  }
  EXPECT_GE(found, kTried * 98 / 100) << "the oldest";
  EXPECT_LE(mistaken, kTried / 500);
}

TEST(PushedOutTest, BeyondThatTheOldestMakeWay) {
  constexpr int kMany = static_cast<int>(PushedOut::kMarks * 2);
  PushedOut pushed_out;
  for (int i = 0; i < kMany; ++i) pushed_out.Add(Hash(i), kNow + seconds{i / 10'000});
  int found = 0;
  for (int i = kMany - 20'000; i < kMany; ++i) found += pushed_out.Find(Hash(i), kNow + seconds{3600}) ? 1 : 0;
  EXPECT_GE(found, 19'600) << "the newest";
}

TEST(PushedOutTest, AllIsForgottenOnceNothingOfItWaits) {
  PushedOut pushed_out;
  pushed_out.Add(Hash(1), kNow);
  pushed_out.ClearIfOlder(kNow);
  EXPECT_EQ(pushed_out.Find(Hash(1), kNow + seconds{1}), kNow);
  pushed_out.ClearIfOlder(kNow + seconds{1});
  EXPECT_EQ(pushed_out.Find(Hash(1), kNow + seconds{1}), std::nullopt);
  pushed_out.Add(Hash(2), kNow + kDay);
  EXPECT_EQ(pushed_out.Find(Hash(2), kNow + kDay), kNow + kDay);
}

}  // namespace cache::pushed_out_test
