#include "cache/journal/journal.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::journal_test {

using rules::Reference;
using rules::seconds;
using rules::TimePoint;

const TimePoint kMidnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr seconds kDay{86400};

JournalRow Row(std::uint64_t code, TimePoint time) {
  JournalRow row;
  row.reference = Reference{code};
  row.first = row.last = time;
  row.client = rules::IpAddress::Parse("192.0.2.1").value();
  row.action = "defer";
  return row;
}

class JournalTest : public testing::Test {
 protected:
  void Add(const JournalRow& row) {
    environment_.Write([&](WriteTransaction& transaction) { EXPECT_TRUE(journal_.Add(transaction, row)); });
  }
  std::optional<JournalRow> Find(std::uint64_t code) {
    ReadTransaction snapshot(*environment_);
    return journal_.Find(snapshot, Reference{code});
  }
  std::vector<std::uint64_t> Codes(TimePoint since, std::size_t limit = 1000) {
    ReadTransaction snapshot(*environment_);
    std::vector<std::uint64_t> codes;
    journal_.Scan(snapshot, since, [&](const JournalRow& row) {
      codes.push_back(row.reference.code);
      return codes.size() < limit;
    });
    return codes;
  }
  std::uint64_t Drop(TimePoint before, std::size_t steps = 1000) {
    std::uint64_t dropped = 0;
    environment_.Write([&](WriteTransaction& transaction) {
      const auto result = journal_.Drop(transaction, before, steps);
      ASSERT_TRUE(result);
      dropped = *result;
    });
    return dropped;
  }

  support::StoreEnvironment environment_{{"triplets", "passes", "journal", "figures"}};
  Journal journal_{*environment_, environment_->table(3)};
};

TEST_F(JournalTest, ARowIsFoundByItsReference) {
  Add(Row(7, kMidnight));
  EXPECT_EQ(Find(7), Row(7, kMidnight));
  EXPECT_EQ(Find(8), std::nullopt);
}

TEST_F(JournalTest, TheLatestDayWins) {
  Add(Row(7, kMidnight));
  Add(Row(7, kMidnight - seconds{1}));
  Add(Row(7, kMidnight - 3 * kDay));
  EXPECT_EQ(Find(7)->first, kMidnight);
}

TEST_F(JournalTest, ARepeatedTryCountsUp) {
  Add(Row(7, kMidnight + seconds{100}));
  JournalRow again = Row(7, kMidnight + seconds{400});
  again.times = 3;
  again.reply = "newer";
  Add(again);
  const auto found = Find(7);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, kMidnight + seconds{100});
  EXPECT_EQ(found->last, kMidnight + seconds{400});
  EXPECT_EQ(found->times, 4U);
  EXPECT_EQ(found->reply, "newer");
}

TEST_F(JournalTest, ACountDoesNotRunOver) {
  JournalRow row = Row(7, kMidnight);
  row.times = UINT32_MAX;
  Add(row);
  Add(row);
  EXPECT_EQ(Find(7)->times, UINT32_MAX);
}

TEST_F(JournalTest, AScanStartsAtItsTimeAndGoesByDay) {
  Add(Row(1, kMidnight));
  Add(Row(9, kMidnight - kDay));
  Add(Row(5, kMidnight - seconds{1}));
  Add(Row(3, kMidnight + kDay - seconds{1}));
  EXPECT_EQ(Codes(kMidnight - kDay), (std::vector<std::uint64_t>{5, 9, 1, 3}));
  EXPECT_EQ(Codes(kMidnight - seconds{1}), (std::vector<std::uint64_t>{5, 1, 3}));
  EXPECT_EQ(Codes(kMidnight), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(Codes(kMidnight + seconds{1}), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(Codes(kMidnight - kDay, 2), (std::vector<std::uint64_t>{5, 9}));
}

TEST_F(JournalTest, WholeDaysAreDroppedTheOldestFirst) {
  for (int day = 0; day < 4; ++day) {
    Add(Row(static_cast<std::uint64_t>(day), kMidnight + day * kDay));
    Add(Row(static_cast<std::uint64_t>(day + 10), kMidnight + (day + 1) * kDay - seconds{1}));
  }
  EXPECT_EQ(Drop(kMidnight + kDay - seconds{1}), 0U) << "the first day has not ended";
  EXPECT_EQ(Drop(kMidnight + kDay), 2U);
  EXPECT_EQ(Drop(kMidnight + 3 * kDay, 3), 3U);
  EXPECT_EQ(Codes(kMidnight), (std::vector<std::uint64_t>{12, 3, 13}));
}

TEST_F(JournalTest, ADamagedRowCountsAsNone) {
  Add(Row(7, kMidnight));
  Add(Row(8, kMidnight));
  environment_.Write([&](WriteTransaction& transaction) {
    std::string first;
    transaction.Scan(journal_.rows(), {}, [&](std::string_view key, std::string_view) {
      first = key;
      return false;
    });
    EXPECT_TRUE(transaction.Put(journal_.rows(), first, "\x01\xff"));
  });
  EXPECT_EQ(Find(7), std::nullopt);
  EXPECT_EQ(Codes(TimePoint{}), (std::vector<std::uint64_t>{8}));
  Add(Row(7, kMidnight));
  EXPECT_EQ(Find(7), Row(7, kMidnight));
}

// The clock was two weeks ahead: such rows would stand before all others.
TEST_F(JournalTest, RowsOfDaysToComeBecomeRowsOfNow) {
  const TimePoint now = kMidnight + seconds{3600};
  Add(Row(1, now));
  Add(Row(2, now + 14 * kDay));
  Add(Row(3, now + 15 * kDay));
  std::uint64_t redated = 0;
  environment_.Write([&](WriteTransaction& transaction) { redated = *journal_.Redate(transaction, now, 1000); });
  EXPECT_EQ(redated, 2U);
  EXPECT_EQ(Find(2)->last, now);
  EXPECT_EQ(Codes(now), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(Drop(now + kDay), 3U) << "they end as today's do";
}

TEST_F(JournalTest, WhoeverHasMostVerdictsLosesThem) {
  for (std::uint64_t code = 0; code < 20; ++code) {
    JournalRow row = Row(code << 40, kMidnight);
    row.client = *rules::IpAddress::Parse("198.51." + std::to_string(code) + ".1");
    Add(row);
  }
  for (std::uint64_t code = 0; code < 180; ++code) Add(Row(code << 36 | 1, kMidnight + seconds{1}));
  environment_.Write([&](WriteTransaction& transaction) {
    std::string position;
    EXPECT_EQ(*journal_.Evict(transaction, position, {.rows = 100, .of_rows = 200}), 100U);
  });
  for (std::uint64_t code = 0; code < 20; ++code) EXPECT_TRUE(Find(code << 40)) << code;
}

TEST_F(JournalTest, OfADayWhatIsOlderGoesInSteps) {
  for (std::uint64_t code = 0; code < 10; ++code)
    Add(Row(code << 40, kMidnight + seconds{static_cast<int>(code) * 60}));
  Add(Row(1, kMidnight + kDay));
  std::string position;
  std::vector<std::uint64_t> removed;
  for (int step = 0; step < 3; ++step) {
    environment_.Write([&](WriteTransaction& transaction) {
      removed.push_back(*journal_.DropOld(transaction, position, kMidnight + seconds{5 * 60}, 4));
    });
    EXPECT_EQ(position.empty(), step > 0);
  }
  EXPECT_EQ(removed, (std::vector<std::uint64_t>{4, 2, 0}));
  EXPECT_FALSE(Find(5ULL << 40));
  EXPECT_TRUE(Find(6ULL << 40));
  EXPECT_TRUE(Find(1));
}

TEST_F(JournalTest, WhatWasDroppedForLackOfRoomIsSaid) {
  const auto drop = [&](std::uint64_t count, TimePoint now) {
    environment_.Write(
        [&](WriteTransaction& transaction) { EXPECT_TRUE(journal_.CountDropped(transaction, count, now)); });
  };
  const auto said = [&] {
    ReadTransaction snapshot(*environment_);
    return journal_.GetDropped(snapshot);
  };
  EXPECT_FALSE(said());
  drop(5, kMidnight);
  drop(7, kMidnight + kDay);
  ASSERT_TRUE(said());
  EXPECT_EQ(said()->count, 12U);
  EXPECT_EQ(said()->first, kMidnight);
  EXPECT_EQ(said()->last, kMidnight + kDay);
  drop(1, kMidnight + 16 * kDay);
  EXPECT_EQ(said()->count, 1U) << "another flood, weeks later";
  EXPECT_EQ(said()->first, kMidnight + 16 * kDay);
}

}  // namespace cache::journal_test
