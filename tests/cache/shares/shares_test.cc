#include "cache/shares/shares.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace cache::shares_test {

using rules::IpAddress;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
constexpr seconds kMinute{60};

IpAddress V4(unsigned a, unsigned b, unsigned c) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b),
                                static_cast<std::uint8_t>(c), 9};
  return IpAddress::FromBytes(bytes);
}

// Four groups of 16 bits, the rest is zero.
IpAddress V6(unsigned a, unsigned b, unsigned c, unsigned d) {
  std::uint8_t bytes[16] = {};
  const unsigned groups[] = {a, b, c, d};
  for (int i = 0; i < 4; ++i) {
    bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return IpAddress::FromBytes(bytes);
}

using AddressOf = IpAddress (*)(unsigned number);

// 60 honest rows of 2 networks came first, then 3,940 of a flood, which began in the same minute.
struct Crowd {
  static constexpr std::size_t kHonest = 60;
  std::vector<Holding> rows;

  explicit Crowd(AddressOf flood) {
    for (unsigned i = 0; i < kHonest; ++i) rows.push_back({V4(198, 51 + i % 2, i), kNow});
    for (unsigned i = 0; i < 3940; ++i) rows.push_back({flood(i), kNow + seconds{1 + i % 300}});
  }
  std::size_t HonestAmong(const std::vector<ChosenRow>& chosen) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(chosen, [](const ChosenRow& row) { return row.row < kHonest; }));
  }
};

struct Case {
  const char* name;
  AddressOf flood;
  bool is_of_one_network;
};

class FloodShareTest : public testing::TestWithParam<Case> {};

TEST_P(FloodShareTest, TheFloodGoesAndTheHonestStay) {
  const Crowd crowd(GetParam().flood);
  const auto chosen = ChooseRows(crowd.rows, 2000);
  EXPECT_EQ(chosen.size(), 2000U);
  EXPECT_EQ(crowd.HonestAmong(chosen), 0U);
  const auto differs = [](const ChosenRow& row) { return row.is_of_one_network != GetParam().is_of_one_network; };
  EXPECT_EQ(std::ranges::count_if(chosen, differs), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Flood, FloodShareTest,
    testing::Values(Case{"one_24", [](unsigned) { return V4(20, 0, 0); }, true},
                    Case{"one_16", [](unsigned i) { return V4(20, 0, i % 256); }, true},
                    Case{"the_16_of_the_honest", [](unsigned i) { return V4(198, 51, 100 + i % 100); }, true},
                    Case{"many_16_of_one_8", [](unsigned i) { return V4(20, i % 256, i / 256); }, false},
                    Case{"many_16_of_the_8_of_the_honest", [](unsigned i) { return V4(198, 60 + i % 190, i / 190); },
                         false},
                    Case{"everywhere", [](unsigned i) { return V4(1 + i % 223, i % 251, i % 241); }, false},
                    Case{"one_64", [](unsigned) { return V6(0x2001, 0xdb8, 7, 1); }, true},
                    Case{"one_48", [](unsigned i) { return V6(0x2001, 0xdb8, 7, i); }, true},
                    Case{"one_32", [](unsigned i) { return V6(0x2001, 0xdb8, i, i); }, true},
                    Case{"many_32", [](unsigned i) { return V6(0x2001 + i / 100, i, 0, 0); }, false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SharesTest, ThoseThatHoldMostAreCutDownToOneHeight) {
  std::vector<Holding> rows;
  const std::size_t sizes[] = {600, 300, 100};
  for (unsigned network = 0; network < 3; ++network) {
    for (std::size_t i = 0; i < sizes[network]; ++i) rows.push_back({V4(20 + network, 1, 1), kNow});
  }
  std::size_t gone[3] = {};
  for (const ChosenRow& chosen : ChooseRows(rows, 500)) {
    ++gone[chosen.row < 600 ? 0 : chosen.row < 900 ? 1 : 2];
  }
  EXPECT_EQ(gone[0], 400U);
  EXPECT_EQ(gone[1], 100U);
  EXPECT_EQ(gone[2], 0U);
}

// A neighbour in the network of a flood that was there before it stays, too.
TEST(SharesTest, InsideANetworkTheNewestGoFirst) {
  std::vector<Holding> rows;
  for (int i = 0; i < 100; ++i) rows.push_back({V4(20, 1, 1), kNow + seconds{i / 2}});
  for (const ChosenRow& chosen : ChooseRows(rows, 40)) EXPECT_GE(chosen.row, 58U);
}

// A row of an hour after a flood from everywhere is not the newest that goes.
TEST(SharesTest, OfAllThoseOfTheFullestMinutesGo) {
  std::vector<Holding> rows;
  for (unsigned i = 0; i < 30; ++i) rows.push_back({V4(100 + i, 1, 1), kNow - 60 * kMinute});
  for (unsigned i = 0; i < 900; ++i) rows.push_back({V4(1 + i % 223, i % 251, 7), kNow + seconds{i % 180}});
  for (unsigned i = 0; i < 30; ++i) rows.push_back({V4(100 + i, 1, 2), kNow + 60 * kMinute});
  const auto chosen = ChooseRows(rows, 600);
  EXPECT_EQ(chosen.size(), 600U);
  for (const ChosenRow& row : chosen) {
    EXPECT_GE(row.row, 30U);
    EXPECT_LT(row.row, 930U);
  }
}

// How many rows of each standing go.
std::array<std::size_t, 3> GoneOf(std::span<const Holding> rows, std::size_t count) {
  std::array<std::size_t, 3> gone{};
  for (const ChosenRow& chosen : ChooseRows(rows, count)) ++gone[static_cast<std::size_t>(rows[chosen.row].standing)];
  return gone;
}

TEST(SharesTest, WhatIsOverGoesFirstAndWhatCameBackLast) {
  std::vector<Holding> rows;
  for (unsigned i = 0; i < 800; ++i) {
    const Standing standing = i < 100 ? Standing::kOver : i < 500 ? Standing::kNew : Standing::kProven;
    rows.push_back({V4(1 + i % 223, i % 251, 7), kNow + seconds{i}, standing});
  }
  EXPECT_EQ(GoneOf(rows, 90), (std::array<std::size_t, 3>{90, 0, 0}));
  EXPECT_EQ(GoneOf(rows, 300), (std::array<std::size_t, 3>{100, 200, 0}));
  EXPECT_EQ(GoneOf(rows, 450), (std::array<std::size_t, 3>{100, 300, 0})) << "newcomers keep an eighth";
  EXPECT_EQ(GoneOf(rows, 800), (std::array<std::size_t, 3>{100, 300, 0}));
  rows.erase(rows.begin(), rows.begin() + 450);  // newcomers have a seventh: an eighth is room enough
  EXPECT_EQ(GoneOf(rows, 40), (std::array<std::size_t, 3>{0, 7, 0}));
  rows.erase(rows.begin(), rows.begin() + 10);  // now they have less
  EXPECT_EQ(GoneOf(rows, 40), (std::array<std::size_t, 3>{0, 0, 40}));
}

// Of a small store the sample is fifteen rows, of which most are to go.
TEST(SharesTest, ProvenRowsThatStandCloseByChanceStay) {
  std::vector<Holding> rows;
  for (unsigned i = 0; i < 15; ++i) {
    rows.push_back({V4(1 + i, 1, 7), kNow, i % 5 == 0 ? Standing::kProven : Standing::kNew});
  }
  EXPECT_EQ(GoneOf(rows, 12), (std::array<std::size_t, 3>{0, 11, 0}));
}

// A flood that comes back is no better than one that does not.
TEST(SharesTest, OfWhatCameBackThoseGoThatHoldMost) {
  std::vector<Holding> rows;
  for (unsigned i = 0; i < 100; ++i) rows.push_back({V4(100 + i, 1, 1), kNow - i * 600 * kMinute, Standing::kProven});
  for (unsigned i = 0; i < 900; ++i) rows.push_back({V4(20, i % 256, 7), kNow, Standing::kProven});
  for (const ChosenRow& chosen : ChooseRows(rows, 500)) EXPECT_GE(chosen.row, 100U);
}

TEST(SharesTest, EachRowGoesOnceAndNoMoreThanThereAre) {
  const Crowd crowd([](unsigned i) { return V4(20, i % 3, i % 200); });
  std::set<std::size_t> gone;
  for (const ChosenRow& chosen : ChooseRows(crowd.rows, 10'000)) gone.insert(chosen.row);
  EXPECT_EQ(gone.size(), crowd.rows.size());
  EXPECT_TRUE(ChooseRows({}, 5).empty());
  EXPECT_TRUE(ChooseRows(crowd.rows, 0).empty());
}

}  // namespace cache::shares_test
