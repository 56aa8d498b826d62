#include "cache/appeals/appeals.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::appeals_test {

using Place = Appeals::Place;

const rules::TimePoint kNow{rules::seconds{1'795'250'000}};
constexpr rules::seconds kHour{3600};

AppealRow Row(std::uint64_t code, std::optional<std::string> asker = "192.0.2.0/24",
              const char* client = "203.0.113.9") {
  return {.reference = {code},
          .asked = kNow,
          .turned_away = kNow - kHour,
          .client = *rules::IpAddress::Parse(client),
          .asker = std::move(asker),
          .text = "We are a school. 学校です"};
}

class AppealsTest : public testing::Test {
 protected:
  void Add(const AppealRow& row, const AppealLimits& limits = {}) {
    store_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(appeals_.Add(transaction, row, limits)); });
  }
  Place PlaceFor(const AppealRow& row, const AppealLimits& limits = {}) {
    ReadTransaction snapshot(*store_);
    return appeals_.PlaceFor(snapshot, row, limits);
  }
  std::vector<AppealRow> All() {
    ReadTransaction snapshot(*store_);
    return appeals_.All(snapshot);
  }
  bool Has(std::uint64_t code) {
    ReadTransaction snapshot(*store_);
    return appeals_.Find(snapshot, {code}).has_value();
  }

  support::StoreEnvironment store_{{"requests.1"}};
  Appeals appeals_{store_->table("requests.1")};
};

TEST_F(AppealsTest, AreFoundAfterAReopenTheOldestFirst) {
  AppealRow later = Row(1);
  later.asked += kHour;
  later.state = AppealState::kRefused;
  later.decided = kNow + 2 * kHour;
  later.by = "ann";
  Add(later);
  Add(Row(2, std::nullopt));
  store_.Reopen();
  appeals_ = Appeals(store_->table("requests.1"));
  EXPECT_EQ(All(), (std::vector<AppealRow>{Row(2, std::nullopt), later}));
  ReadTransaction snapshot(*store_);
  EXPECT_EQ(appeals_.Find(snapshot, {1}), later);
  EXPECT_EQ(appeals_.Find(snapshot, {3}), std::nullopt);
}

TEST_F(AppealsTest, OneAReferenceWhateverBecameOfIt) {
  for (const auto state : {AppealState::kWaiting, AppealState::kAllowed, AppealState::kRefused}) {
    AppealRow row = Row(7);
    row.state = state;
    store_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(appeals_.Put(transaction, row)); });
    AppealRow again = Row(7, "198.51.100.0/24");
    again.text = "another";
    EXPECT_EQ(PlaceFor(again), Place::kAskedBefore) << Name(state);
    Add(again);
    EXPECT_EQ(All(), (std::vector<AppealRow>{row})) << Name(state);
  }
}

TEST_F(AppealsTest, ANetworkHasItsNumberADay) {
  for (std::uint64_t code = 0; code < 20; ++code) Add(Row(code));
  EXPECT_EQ(PlaceFor(Row(20)), Place::kNetworkHasAsked);
  Add(Row(20));
  EXPECT_EQ(All().size(), 20U);
  EXPECT_EQ(PlaceFor(Row(20, "198.51.100.0/24")), Place::kFree) << "another network";
  AppealRow tomorrow = Row(20);
  tomorrow.asked += rules::seconds{86399};
  EXPECT_EQ(PlaceFor(tomorrow), Place::kNetworkHasAsked);
  tomorrow.asked += rules::seconds{1};
  EXPECT_EQ(PlaceFor(tomorrow), Place::kFree);
}

TEST_F(AppealsTest, WhatWasDecidedCountsForTheDayButWaitsNoMore) {
  const AppealLimits limits{.waiting = 2, .of_network = 3};
  for (std::uint64_t code = 0; code < 2; ++code) {
    AppealRow row = Row(code);
    row.state = AppealState::kRefused;
    Add(row, limits);
  }
  Add(Row(2), limits);
  EXPECT_EQ(PlaceFor(Row(3), limits), Place::kNetworkHasAsked);
  EXPECT_EQ(PlaceFor(Row(3, "198.51.100.0/24"), limits), Place::kFree);
}

// Whoever fills all places loses one of them to each newcomer, and with more requests only what it has itself.
TEST_F(AppealsTest, AFullTableHasAPlaceForANewcomer) {
  const AppealLimits limits{.waiting = 100, .of_network = 1000};
  Add(Row(1, "a", "192.0.2.1"), limits);
  for (std::uint64_t code = 2; code <= 100; ++code) Add(Row(code, "b", "203.0.113.9"), limits);
  ASSERT_EQ(All().size(), 100U);
  AppealRow more = Row(101, "b", "203.0.113.77");
  more.asked += rules::seconds{1};
  EXPECT_EQ(PlaceFor(more, limits), Place::kFull);
  Add(more, limits);
  EXPECT_FALSE(Has(101));
  for (std::uint64_t code = 102; code < 300; ++code) {
    more = Row(code, "b", "203.0.113.77");
    more.asked += static_cast<std::int64_t>(code) * rules::seconds{60};
    Add(more, limits);
  }
  EXPECT_TRUE(Has(1)) << "of a network that holds little";
  AppealRow newcomer = Row(300, "c", "198.51.100.7");
  newcomer.asked += 10 * kHour;
  EXPECT_EQ(PlaceFor(newcomer, limits), Place::kFree);
  Add(newcomer, limits);
  EXPECT_TRUE(Has(300));
  EXPECT_TRUE(Has(1));
  EXPECT_EQ(All().size(), 100U);
}

TEST_F(AppealsTest, EndWithTheirVerdict) {
  for (std::uint64_t code = 0; code < 5; ++code) {
    AppealRow row = Row(code);
    row.turned_away = kNow + static_cast<std::int64_t>(code) * kHour;
    Add(row);
  }
  store_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*appeals_.Drop(transaction, kNow + 2 * kHour, 2), 2U);
    EXPECT_EQ(*appeals_.Drop(transaction, kNow + 2 * kHour, 2), 1U);
    EXPECT_EQ(*appeals_.Drop(transaction, kNow + 2 * kHour, 2), 0U);
  });
  EXPECT_EQ(All().size(), 2U);
}

TEST(AppealRecord, ADamagedOneIsNone) {
  AppealRow row = Row(1);
  row.decided = kNow;
  const std::string bytes = EncodeAppeal(row);
  ASSERT_TRUE(DecodeAppeal(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeAppeal(bytes.substr(0, size))) << size;
  EXPECT_FALSE(DecodeAppeal(bytes + 'x'));
  EXPECT_FALSE(DecodeAppeal('\x7f' + bytes.substr(1))) << "of a newer version";
  EXPECT_FALSE(DecodeAppeal(bytes.substr(0, 1) + '\x03' + bytes.substr(2))) << "of a state that is not known";
}

}  // namespace cache::appeals_test
