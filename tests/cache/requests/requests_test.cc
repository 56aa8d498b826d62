#include "cache/requests/requests.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache {
namespace {

using Place = Requests::Place;

const rules::TimePoint kNow{rules::seconds{1'795'250'000}};
constexpr rules::seconds kHour{3600};

RequestRow Row(std::uint64_t code, std::optional<std::string> asker = "192.0.2.0/24",
               const char* client = "203.0.113.9") {
  return {.reference = {code},
          .asked = kNow,
          .turned_away = kNow - kHour,
          .client = *rules::IpAddress::Parse(client),
          .asker = std::move(asker),
          .text = "We are a school. 学校です"};
}

class RequestsTest : public testing::Test {
 protected:
  void Add(const RequestRow& row, const RequestLimits& limits = {}) {
    store_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(requests_.Add(transaction, row, limits)); });
  }
  Place PlaceFor(const RequestRow& row, const RequestLimits& limits = {}) {
    ReadTransaction snapshot(*store_);
    return requests_.PlaceFor(snapshot, row, limits);
  }
  std::vector<RequestRow> All() {
    ReadTransaction snapshot(*store_);
    return requests_.All(snapshot);
  }
  bool Has(std::uint64_t code) {
    ReadTransaction snapshot(*store_);
    return requests_.Find(snapshot, {code}).has_value();
  }

  test::StoreEnvironment store_{{"requests.1"}};
  Requests requests_{store_->table("requests.1")};
};

TEST_F(RequestsTest, AreFoundAfterAReopenTheOldestFirst) {
  RequestRow later = Row(1);
  later.asked += kHour;
  later.state = RequestState::kRefused;
  later.decided = kNow + 2 * kHour;
  later.by = "ann";
  Add(later);
  Add(Row(2, std::nullopt));
  store_.Reopen();
  requests_ = Requests(store_->table("requests.1"));
  EXPECT_EQ(All(), (std::vector<RequestRow>{Row(2, std::nullopt), later}));
  ReadTransaction snapshot(*store_);
  EXPECT_EQ(requests_.Find(snapshot, {1}), later);
  EXPECT_EQ(requests_.Find(snapshot, {3}), std::nullopt);
}

TEST_F(RequestsTest, OneAReferenceWhateverBecameOfIt) {
  for (const auto state : {RequestState::kWaiting, RequestState::kAllowed, RequestState::kRefused}) {
    RequestRow row = Row(7);
    row.state = state;
    store_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(requests_.Put(transaction, row)); });
    RequestRow again = Row(7, "198.51.100.0/24");
    again.text = "another";
    EXPECT_EQ(PlaceFor(again), Place::kAskedBefore) << Name(state);
    Add(again);
    EXPECT_EQ(All(), (std::vector<RequestRow>{row})) << Name(state);
  }
}

TEST_F(RequestsTest, ANetworkHasItsNumberADay) {
  for (std::uint64_t code = 0; code < 20; ++code) Add(Row(code));
  EXPECT_EQ(PlaceFor(Row(20)), Place::kNetworkHasAsked);
  Add(Row(20));
  EXPECT_EQ(All().size(), 20U);
  EXPECT_EQ(PlaceFor(Row(20, "198.51.100.0/24")), Place::kFree) << "another network";
  RequestRow tomorrow = Row(20);
  tomorrow.asked += rules::seconds{86399};
  EXPECT_EQ(PlaceFor(tomorrow), Place::kNetworkHasAsked);
  tomorrow.asked += rules::seconds{1};
  EXPECT_EQ(PlaceFor(tomorrow), Place::kFree);
}

TEST_F(RequestsTest, WhatWasDecidedCountsForTheDayButWaitsNoMore) {
  const RequestLimits limits{.waiting = 2, .of_network = 3};
  for (std::uint64_t code = 0; code < 2; ++code) {
    RequestRow row = Row(code);
    row.state = RequestState::kRefused;
    Add(row, limits);
  }
  Add(Row(2), limits);
  EXPECT_EQ(PlaceFor(Row(3), limits), Place::kNetworkHasAsked);
  EXPECT_EQ(PlaceFor(Row(3, "198.51.100.0/24"), limits), Place::kFree);
}

// Whoever fills all places loses one of them to each newcomer, and with more requests only what it has itself.
TEST_F(RequestsTest, AFullTableHasAPlaceForANewcomer) {
  const RequestLimits limits{.waiting = 100, .of_network = 1000};
  Add(Row(1, "a", "192.0.2.1"), limits);
  for (std::uint64_t code = 2; code <= 100; ++code) Add(Row(code, "b", "203.0.113.9"), limits);
  ASSERT_EQ(All().size(), 100U);
  RequestRow more = Row(101, "b", "203.0.113.77");
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
  RequestRow newcomer = Row(300, "c", "198.51.100.7");
  newcomer.asked += 10 * kHour;
  EXPECT_EQ(PlaceFor(newcomer, limits), Place::kFree);
  Add(newcomer, limits);
  EXPECT_TRUE(Has(300));
  EXPECT_TRUE(Has(1));
  EXPECT_EQ(All().size(), 100U);
}

TEST_F(RequestsTest, EndWithTheirVerdict) {
  for (std::uint64_t code = 0; code < 5; ++code) {
    RequestRow row = Row(code);
    row.turned_away = kNow + static_cast<std::int64_t>(code) * kHour;
    Add(row);
  }
  store_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*requests_.Drop(transaction, kNow + 2 * kHour, 2), 2U);
    EXPECT_EQ(*requests_.Drop(transaction, kNow + 2 * kHour, 2), 1U);
    EXPECT_EQ(*requests_.Drop(transaction, kNow + 2 * kHour, 2), 0U);
  });
  EXPECT_EQ(All().size(), 2U);
}

TEST(RequestRecord, ADamagedOneIsNone) {
  RequestRow row = Row(1);
  row.decided = kNow;
  const std::string bytes = EncodeRequest(row);
  ASSERT_TRUE(DecodeRequest(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeRequest(bytes.substr(0, size))) << size;
  EXPECT_FALSE(DecodeRequest(bytes + 'x'));
  EXPECT_FALSE(DecodeRequest('\x7f' + bytes.substr(1))) << "of a newer version";
  EXPECT_FALSE(DecodeRequest(bytes.substr(0, 1) + '\x03' + bytes.substr(2))) << "of a state that is not known";
}

}  // namespace
}  // namespace cache
