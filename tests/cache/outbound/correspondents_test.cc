#include "cache/outbound/correspondents.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/store_environment.h"

namespace cache::correspondents_test {

using rules::Day;
using rules::TimePoint;

constexpr Day kToday{std::chrono::year{2026} / 11 / 30};
constexpr std::chrono::days kOne{1};
const TimePoint kNow = TimePoint{kToday} + rules::seconds{12 * 3600};
constexpr const char* kAnn = "ann@example.org";
constexpr const char* kBob = "bob@example.org";
constexpr const char* kJoe = "joe@sender.example";

class CorrespondentsTest : public testing::Test {
 protected:
  void Add(const std::vector<CorrespondentRow>& rows) {
    environment_.Write([&](WriteTransaction& transaction) {
      for (const CorrespondentRow& row : rows) ASSERT_TRUE(correspondents_.Add(transaction, row));
    });
  }
  bool Knows(std::string_view ours, std::string_view theirs, TimePoint now = kNow) {
    ReadTransaction snapshot(*environment_);
    return correspondents_.Knows(snapshot, ours, theirs, now);
  }
  bool KnowsAny(std::string_view theirs, TimePoint now = kNow) {
    ReadTransaction snapshot(*environment_);
    return correspondents_.KnowsAny(snapshot, theirs, now);
  }
  std::uint64_t Count() {
    ReadTransaction snapshot(*environment_);
    return snapshot.Count(correspondents_.rows());
  }
  Swept Sweep(TimePoint now) {
    Swept all;
    std::string position;
    do {
      environment_.Write([&](WriteTransaction& transaction) {
        const auto swept = correspondents_.Sweep(transaction, position, {.rows = 100}, now);
        ASSERT_TRUE(swept);
        all.removed += swept->removed;
        all.redated += swept->redated;
      });
    } while (!position.empty());
    return all;
  }
  std::uint64_t Evict(std::size_t rows, std::size_t of_rows) {
    std::uint64_t removed = 0;
    environment_.Write([&](WriteTransaction& transaction) {
      const auto evicted = correspondents_.Evict(transaction, eviction_, {.rows = rows, .of_rows = of_rows}, kNow);
      ASSERT_TRUE(evicted);
      removed = *evicted;
    });
    return removed;
  }
  // So many that `ours` wrote to on a day.
  std::vector<CorrespondentRow> Many(const std::string& ours, int count, Day day, const std::string& account = {}) {
    std::vector<CorrespondentRow> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(
          {ours, std::to_string(i) + ours + "." + std::to_string(day.time_since_epoch().count()), day, account});
    }
    return rows;
  }
  int KnownOf(const std::vector<CorrespondentRow>& rows) {
    int known = 0;
    for (const CorrespondentRow& row : rows) known += Knows(row.ours, row.theirs) ? 1 : 0;
    return known;
  }

  support::StoreEnvironment environment_{{"correspondents.1"}};
  Correspondents correspondents_{environment_->table(0), rules::HashKey{1, 2, 3}};
  std::string eviction_;
};

TEST_F(CorrespondentsTest, AreKnownToTheOneWhoWroteAndToTheHouse) {
  Add({{kAnn, kJoe, kToday}});
  EXPECT_TRUE(Knows(kAnn, kJoe));
  EXPECT_TRUE(Knows("Ann@Example.ORG", "JOE@sender.example"));
  EXPECT_FALSE(Knows(kBob, kJoe));
  EXPECT_FALSE(Knows(kJoe, kAnn));
  EXPECT_TRUE(KnowsAny(kJoe));
  EXPECT_TRUE(KnowsAny("Joe@SENDER.example"));
  EXPECT_FALSE(KnowsAny(kAnn));
  EXPECT_FALSE(KnowsAny("other@sender.example"));
}

TEST_F(CorrespondentsTest, AreKnownForSixtyDays) {
  Add({{kAnn, kJoe, kToday}});
  EXPECT_TRUE(Knows(kAnn, kJoe, kNow + 60 * kOne));
  EXPECT_TRUE(KnowsAny(kJoe, kNow + 60 * kOne));
  EXPECT_FALSE(Knows(kAnn, kJoe, kNow + 61 * kOne));
  EXPECT_FALSE(KnowsAny(kJoe, kNow + 61 * kOne));
  Add({{kAnn, kJoe, kToday + 30 * kOne}});
  EXPECT_TRUE(Knows(kAnn, kJoe, kNow + 90 * kOne));
  EXPECT_EQ(Count(), 1U);
}

TEST_F(CorrespondentsTest, OfTheHouseAreFoundBehindOldRows) {
  for (int i = 0; i < 20; ++i) Add({{std::to_string(i) + "@example.org", kJoe, kToday - (i == 7 ? 0 : 61) * kOne}});
  EXPECT_TRUE(KnowsAny(kJoe));
  EXPECT_EQ(Sweep(kNow).removed, 19U);
  EXPECT_TRUE(KnowsAny(kJoe));
}

TEST_F(CorrespondentsTest, OfABounceAreNone) {
  Add({{"", kJoe, kToday}, {kAnn, "", kToday}});
  EXPECT_EQ(Count(), 0U);
}

TEST_F(CorrespondentsTest, AreSweptAfterSixtyDays) {
  Add(Many(kAnn, 250, kToday));
  Add(Many(kBob, 250, kToday - 30 * kOne));
  EXPECT_EQ(Sweep(kNow + 30 * kOne).removed, 0U);
  EXPECT_EQ(Sweep(kNow + 31 * kOne).removed, 250U);
  EXPECT_EQ(Sweep(kNow + 61 * kOne).removed, 250U);
}

// Written while the clock was a year ahead: they must not be known until then.
TEST_F(CorrespondentsTest, OfAClockThatWasAheadAreOfToday) {
  Add({{kAnn, kJoe, kToday + 365 * kOne}});
  EXPECT_TRUE(Knows(kAnn, kJoe));
  const Swept swept = Sweep(kNow);
  EXPECT_EQ(swept.removed, 0U);
  EXPECT_EQ(swept.redated, 1U);
  EXPECT_TRUE(Knows(kAnn, kJoe, kNow + 60 * kOne));
  EXPECT_FALSE(Knows(kAnn, kJoe, kNow + 61 * kOne));
}

TEST_F(CorrespondentsTest, ReadAsNothingWhereDamaged) {
  Add({{kAnn, kJoe, kToday}});
  std::string key;
  std::string bytes;
  {
    ReadTransaction snapshot(*environment_);
    snapshot.Scan(correspondents_.rows(), {}, [&](std::string_view name, std::string_view value) {
      key = name;
      bytes = value;
      return true;
    });
  }
  EXPECT_EQ(key.size(), 16U);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      environment_.Write([&](WriteTransaction& transaction) {
        ASSERT_TRUE(transaction.Put(correspondents_.rows(), key, changed));
        std::string position;
        ASSERT_TRUE(correspondents_.Evict(transaction, position, {.rows = 0, .of_rows = 1}, kNow));
      });
      Knows(kAnn, kJoe);
    }
  }
  std::vector<std::string> damaged{bytes + "x", "\2" + bytes.substr(1),
                                   std::string("\1\377\377\377\377\377\377\377\377\377\1aaaa", 15)};
  for (std::size_t size = 0; size < bytes.size(); ++size) damaged.push_back(bytes.substr(0, size));
  for (const std::string& value : damaged) {
    environment_.Write(
        [&](WriteTransaction& transaction) { ASSERT_TRUE(transaction.Put(correspondents_.rows(), key, value)); });
    EXPECT_FALSE(Knows(kAnn, kJoe)) << testing::PrintToString(value);
    EXPECT_FALSE(KnowsAny(kJoe));
  }
  EXPECT_EQ(Sweep(kNow).removed, 1U) << "and is swept";
}

// A stolen password: the thief writes to as many as it can, with any sender.
TEST_F(CorrespondentsTest, OfOneAccountDoNotPushOutThoseOfOthers) {
  const auto of_ann = Many(kAnn, 100, kToday - 50 * kOne);
  const auto of_bob = Many(kBob, 100, kToday - 40 * kOne);
  Add(of_ann);
  Add(of_bob);
  for (int i = 0; i < 30; ++i) {
    Add(Many(std::to_string(i) + "@invented.example", 100, kToday - (i % 3) * kOne, "thief@example.org"));
  }
  EXPECT_EQ(Evict(2800, 5000), 2800U);
  EXPECT_EQ(KnownOf(of_ann), 100);
  EXPECT_EQ(KnownOf(of_bob), 100);
  EXPECT_EQ(Count(), 400U);
}

TEST_F(CorrespondentsTest, OfTheOldestDaysGoFirst) {
  std::vector<CorrespondentRow> older;
  std::vector<CorrespondentRow> newer;
  for (int i = 0; i < 100; ++i) {
    const std::string ours = std::to_string(i) + "@example.org";
    for (const auto& row : Many(ours, 10, kToday - 30 * kOne)) older.push_back(row);
    for (const auto& row : Many(ours, 10, kToday - kOne)) newer.push_back(row);
  }
  Add(newer);
  Add(older);
  EXPECT_EQ(Evict(1000, 2000), 1000U);
  EXPECT_EQ(KnownOf(newer), 1000);
  EXPECT_EQ(KnownOf(older), 0);
}

// Over rows that nobody needs any more, and round the end of the table, eviction goes on.
TEST_F(CorrespondentsTest, EvictionComesRoundToTheBeginning) {
  Add(Many(kAnn, 500, kToday - 61 * kOne));
  Add(Many(kBob, 500, kToday));
  for (int rounds = 0; rounds < 20; ++rounds) Evict(50, 150);
  EXPECT_EQ(Count(), 0U);
}

TEST_F(CorrespondentsTest, TakeLittleRoom) {
  constexpr int kRows = 20'000;
  environment_.Write([&](WriteTransaction& transaction) {
    for (int i = 0; i < kRows; ++i) {
      const std::string number = std::to_string(i);
      ASSERT_TRUE(correspondents_.Add(transaction, {kAnn, number + kJoe, kToday - (i % 60) * kOne, number}));
    }
  });
  ReadTransaction snapshot(*environment_);
  EXPECT_EQ(snapshot.Count(correspondents_.rows()), static_cast<std::uint64_t>(kRows));
  EXPECT_LT(snapshot.Bytes(correspondents_.rows()) / kRows, 64U);  // a million in 64 MB
}

}  // namespace cache::correspondents_test
