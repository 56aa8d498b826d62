#include "cache/reputation/reputations.h"

#include <gtest/gtest.h>

#include <array>

#include "cache/lmdb/bytes.h"
#include "rules/values/siphash.h"
#include "tests/support/store_environment.h"

namespace cache::reputations_test {

using rules::CountedDay;
using rules::DailyCounts;
using rules::Day;
using rules::DayCounts;
using rules::TimePoint;

constexpr Day kToday{std::chrono::year{2026} / 11 / 30};
constexpr std::chrono::days kOne{1};
const TimePoint kNow = TimePoint{kToday} + rules::seconds{12 * 3600};

rules::IpAddress Address(const char* text) {
  return *rules::IpAddress::Parse(text);
}

// The number as an address below 10.0.0.0/8.
rules::IpAddress NumberedAddress(std::uint32_t number) {
  const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                                static_cast<std::uint8_t>(number)};
  return rules::IpAddress::FromBytes(bytes);
}

ClientHash HashOf(std::uint64_t number) {
  return rules::SipHash({}, std::to_string(number));
}

class ReputationsTest : public testing::Test {
 protected:
  void Add(const std::vector<ReputationRow>& rows) {
    environment_.Write([&](WriteTransaction& transaction) {
      for (const ReputationRow& row : rows) ASSERT_TRUE(reputations_.Add(transaction, row));
    });
  }
  DailyCounts Get(ClientHash key) {
    ReadTransaction snapshot(*environment_);
    return reputations_.Get(snapshot, key);
  }
  std::uint64_t Count() {
    ReadTransaction snapshot(*environment_);
    return snapshot.Count(reputations_.rows());
  }
  std::uint64_t Bytes() {
    ReadTransaction snapshot(*environment_);
    return snapshot.Bytes(reputations_.rows());
  }
  std::uint64_t Sweep(Day today) {
    std::uint64_t removed = 0;
    std::string position;
    do {
      environment_.Write([&](WriteTransaction& transaction) {
        const auto swept = reputations_.Sweep(transaction, position, {.rows = 100}, today);
        ASSERT_TRUE(swept);
        removed += swept->removed;
      });
    } while (!position.empty());
    return removed;
  }

  support::StoreEnvironment environment_{{"reputation.1"}};
  Reputations reputations_{environment_->table(0)};
};

TEST_F(ReputationsTest, AddUpByDay) {
  const auto client = Address("192.0.2.1");
  const DayCounts all{.let_in = 1, .turned_away = 200, .greylisted = 3, .came_back = 70'000, .listed = 0xffff'ffff};
  Add({{1, client, {kToday - 59 * kOne, all}},
       {1, client, {kToday - 9 * kOne, {.listed = 1}}},
       {1, client, {kToday - kOne, {.let_in = 5}}},
       {1, client, {kToday, {.let_in = 5}}},
       {1, client, {kToday, {.let_in = 2, .came_back = 1}}},
       {2, Address("2001:db8::1"), {kToday, {.greylisted = 4}}}});
  EXPECT_EQ(Get(1), (DailyCounts{{kToday - 59 * kOne, all},
                                 {kToday - 9 * kOne, {.listed = 1}},
                                 {kToday - kOne, {.let_in = 5}},
                                 {kToday, {.let_in = 7, .came_back = 1}}}));
  EXPECT_EQ(Get(2), (DailyCounts{{kToday, {.greylisted = 4}}}));
  EXPECT_EQ(Get(3), DailyCounts());
}

TEST_F(ReputationsTest, DropDaysThatAreOverWithTheNextMail) {
  const auto client = Address("192.0.2.1");
  Add({{1, client, {kToday, {.let_in = 1}}}, {1, client, {kToday + 59 * kOne, {.let_in = 2}}}});
  EXPECT_EQ(Get(1).size(), 2U);
  Add({{1, client, {kToday + 60 * kOne, {.let_in = 3}}}});
  EXPECT_EQ(Get(1).size(), 2U);
  EXPECT_EQ(Get(1).front().counts.let_in, 2U);
}

// Counted while the clock was a year ahead: it must not stay until then.
TEST_F(ReputationsTest, DropDaysOfAClockThatWasAhead) {
  const auto client = Address("192.0.2.1");
  Add({{1, client, {kToday + 365 * kOne, {.turned_away = 1}}}, {2, client, {kToday + 365 * kOne, {.turned_away = 1}}}});
  Add({{1, client, {kToday, {.let_in = 1}}}});
  EXPECT_EQ(Get(1), (DailyCounts{{kToday, {.let_in = 1}}}));
  EXPECT_EQ(Sweep(kToday), 1U);
  EXPECT_EQ(Get(2), DailyCounts());
}

TEST_F(ReputationsTest, AreSweptSixtyDaysAfterTheLastMail) {
  for (std::uint32_t i = 0; i < 300; ++i) {
    Add({{HashOf(i), NumberedAddress(i), {kToday - (i % 3) * kOne, {.let_in = 1}}}});
  }
  EXPECT_EQ(Sweep(kToday + 57 * kOne), 0U);
  EXPECT_EQ(Sweep(kToday + 58 * kOne), 100U);
  EXPECT_EQ(Sweep(kToday + 60 * kOne), 200U);
}

TEST_F(ReputationsTest, ReadAsNothingWhereDamaged) {
  const std::array<std::string, 8> damaged{
      std::string(), std::string("\1"), std::string("\2\4\1\2\3\1\0", 7), std::string("\1\5\1\2\3\1\0", 7),
      std::string("\1\4\1\2\3\1\1", 7), std::string("\1\4\1\2\3\1\1\1\5\5", 10),
      // Before the first of days; and more days than there may be.
      std::string("\1\4\1\2\3\0\2\0\0", 9), std::string("\1\4\1\2\3\1\377\377\377\1", 10)};
  for (const std::string& bytes : damaged) {
    ByteWriter key;
    key.BigEndian(7, 8);
    environment_.Write(
        [&](WriteTransaction& transaction) { ASSERT_TRUE(transaction.Put(reputations_.rows(), key.Take(), bytes)); });
    EXPECT_EQ(Get(7), DailyCounts()) << testing::PrintToString(bytes);
    Add({{7, Address("192.0.2.1"), {kToday, {.let_in = 1}}}});
    EXPECT_EQ(Get(7).size(), 1U) << "and begins anew";
  }
}

// A million keys in 200 MB, where nine in ten were seen on two days and the others on twenty: a thirtieth of both here.
TEST_F(ReputationsTest, TakeLittleRoom) {
  constexpr std::uint32_t kKeys = 33'000;
  for (int day = 0; day < 20; ++day) {
    std::vector<ReputationRow> rows;
    for (std::uint32_t i = 0; i < kKeys; ++i) {
      if (day >= 2 && i % 10 != 0) continue;
      rows.push_back({HashOf(i), NumberedAddress(i), {kToday + 3 * day * kOne, {.let_in = i % 300, .listed = i % 2}}});
    }
    Add(rows);
  }
  EXPECT_EQ(Count(), kKeys);
  EXPECT_LT(Bytes(), 6'600'000U);
}

// A flood from one network must not cost others what they have earned.
TEST_F(ReputationsTest, LoseRowsOfTheNetworkThatHoldsMost) {
  std::vector<ReputationRow> rows;
  for (std::uint32_t i = 0; i < 200; ++i) {
    rows.push_back({HashOf(i), NumberedAddress(i << 16), {kToday, {.let_in = 1}}});  // 200 networks
  }
  for (std::uint32_t i = 0; i < 1800; ++i) {
    rows.push_back({HashOf(1000 + i), NumberedAddress(0x00ff'0000 + 7 * i), {kToday, {.turned_away = 1}}});
  }
  Add(rows);
  std::string position;
  for (int step = 0; step < 10; ++step) {
    environment_.Write([&](WriteTransaction& transaction) {
      ASSERT_TRUE(reputations_.Evict(transaction, position, {.rows = 100, .of_rows = 800}, kToday));
    });
  }
  EXPECT_EQ(Count(), 1000U);
  std::size_t others = 0;
  for (std::uint32_t i = 0; i < 200; ++i) others += Get(HashOf(i)).empty() ? 0 : 1;
  EXPECT_EQ(others, 200U);
}

// Newcomers from everywhere go before those with a past.
TEST_F(ReputationsTest, LoseNewcomersFirst) {
  std::vector<ReputationRow> rows;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    for (int day = 0; day < (i % 4 == 0 ? 3 : 1); ++day) {
      rows.push_back({HashOf(i), NumberedAddress(i * 7919), {kToday + day * kOne, {.let_in = 1}}});
    }
  }
  Add(rows);
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    ASSERT_TRUE(reputations_.Evict(transaction, position, {.rows = 900, .of_rows = 2000}, kToday + 2 * kOne));
  });
  std::size_t known = 0;
  for (std::uint32_t i = 0; i < 2000; i += 4) known += Get(HashOf(i)).empty() ? 0 : 1;
  EXPECT_EQ(Count(), 1100U);
  EXPECT_EQ(known, 500U);
}

TEST(ReputationTally, AddsUpUntilItIsTaken) {
  ReputationTally tally;
  tally.Count(9, Address("192.0.2.9"), {.let_in = 1}, kNow);
  tally.Count(3, Address("192.0.2.3"), {.turned_away = 1}, kNow);
  tally.Count(9, Address("192.0.2.10"), {.let_in = 1, .listed = 1}, kNow);
  const std::vector<ReputationRow> want = {
      {3, Address("192.0.2.3"), {kToday, {.turned_away = 1}}},
      {9, Address("192.0.2.9"), {kToday, {.let_in = 2, .listed = 1}}},
  };
  EXPECT_EQ(tally.TakeAll(kNow), want);
  EXPECT_EQ(tally.TakeAll(kNow), std::vector<ReputationRow>());
}

// Whoever fills it pushes out his own keys: those of his networks, and what came last.
TEST(ReputationTally, KeepsThoseOfOthersWhenOneFillsIt) {
  ReputationTally tally;
  tally.TakeAll(kNow);
  for (std::uint32_t i = 0; i < 100; ++i) tally.Count(HashOf(i), NumberedAddress(i << 16), {.let_in = 1}, kNow);
  std::size_t full = 0;
  for (std::uint32_t i = 0; i < 3 * ReputationTally::kMost; ++i) {
    const TimePoint now = kNow + rules::seconds{5};
    full += tally.Count(HashOf(1000 + i), NumberedAddress(0x00ff'0000 + i), {.let_in = 1}, now) ? 1 : 0;
  }
  EXPECT_EQ(full, 0U) << "it was taken just now";
  std::size_t others = 0;
  const auto rows = tally.TakeAll(kNow);
  for (const ReputationRow& row : rows) others += row.client.bytes()[1] != 0xff ? 1 : 0;
  EXPECT_LE(rows.size(), ReputationTally::kMost);
  EXPECT_EQ(others, 100U);
}

TEST(ReputationTally, IsTakenWhenFull) {
  ReputationTally tally;
  tally.TakeAll(kNow - rules::seconds{10});
  bool is_full = false;
  for (std::uint32_t i = 0; i < ReputationTally::kMost; ++i) {
    ASSERT_FALSE(is_full);
    is_full = tally.Count(HashOf(i), NumberedAddress(i), {.let_in = 1}, kNow);
  }
  EXPECT_TRUE(is_full);
  EXPECT_EQ(tally.TakeAll(kNow).size(), ReputationTally::kMost);
}

}  // namespace cache::reputations_test
