#include "policyd/serve/clients/conduct_counts.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rules/greylist/greylisting.h"
#include "tests/support/store_environment.h"

namespace policyd::serve::conduct_counts_test {

using rules::TimePoint;

constexpr std::chrono::days kOne{1};
const rules::Day kToday{std::chrono::year{2026} / 11 / 21};
const TimePoint kNow = TimePoint{kToday} + rules::seconds{3600};
const rules::DayCounts kLetIn{.let_in = 1};

rules::IpAddress Numbered(std::uint32_t number) {
  return *rules::IpAddress::Parse("10." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 255) + "." +
                                  std::to_string(number & 255));
}

class ConductCountsTest : public testing::Test {
 protected:
  std::shared_ptr<const KnownClient> Known(const rules::IpAddress& address) {
    KnownClient client{.policy = policy_, .health = {}, .address = address, .assessment = {}, .since = {}, .until = {}};
    return std::make_shared<const KnownClient>(std::move(client));
  }
  cache::ClientHash KeyOf(const rules::IpAddress& address) {
    return triplets_.HashOf(rules::ClientKey(*policy_, address, rules::ClientAssessment()));
  }

  std::shared_ptr<const rules::Policy> policy_ = std::make_shared<const rules::Policy>();
  support::StoreEnvironment environment_{{"triplets", "passes", "greylist"}};
  cache::TripletStore triplets_{*environment_, rules::HashKey{1, 2, 3}, environment_->table(2)};
  ConductCounts counts_{triplets_};
};

TEST_F(ConductCountsTest, CountsKnownClientsUnderTheirKeysWithTheOthers) {
  const auto known = Known(Numbered(1));
  EXPECT_FALSE(counts_.Count(known, kLetIn, kNow));
  EXPECT_FALSE(counts_.Count(known, {.let_in = 1, .listed = 1}, kNow));
  EXPECT_FALSE(counts_.Count(KeyOf(Numbered(1)), Numbered(2), {.turned_away = 1}, kNow));
  const std::vector<cache::ReputationRow> want = {
      {KeyOf(Numbered(1)), Numbered(2), {kToday, {.let_in = 2, .turned_away = 1, .listed = 1}}}};
  EXPECT_EQ(counts_.TakeAll(kNow), want);
  EXPECT_EQ(counts_.TakeAll(kNow), std::vector<cache::ReputationRow>()) << "nothing is counted twice";
}

TEST_F(ConductCountsTest, CountsOnAfterSomeWereSettled) {
  const auto known = Known(Numbered(1));
  counts_.Count(known, kLetIn, kNow);
  EXPECT_FALSE(counts_.Settle(kNow));
  counts_.Count(known, kLetIn, kNow);
  const auto rows = counts_.TakeAll(kNow);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().counted.counts, (rules::DayCounts{.let_in = 2}));
}

TEST_F(ConductCountsTest, AreDueAfterAMinuteAndAtMidnight) {
  EXPECT_FALSE(counts_.IsDue(kNow)) << "nothing is counted";
  counts_.Count(Known(Numbered(1)), kLetIn, kNow);
  EXPECT_FALSE(counts_.IsDue(kNow + rules::seconds{59}));
  EXPECT_TRUE(counts_.IsDue(kNow + rules::seconds{60}));
  EXPECT_FALSE(counts_.IsOver(kNow + rules::seconds{60})) << "no request waits for it";
  EXPECT_TRUE(counts_.IsOver(kNow - rules::seconds{3600})) << "the clock was set back";

  counts_.TakeAll(kNow);
  const TimePoint late = TimePoint{kToday + kOne} - rules::seconds{10};
  counts_.Count(KeyOf(Numbered(1)), Numbered(1), kLetIn, late);
  counts_.Count(Known(Numbered(1 << 16)), kLetIn, late);
  EXPECT_FALSE(counts_.IsOver(late + rules::seconds{9}));
  EXPECT_TRUE(counts_.IsOver(late + rules::seconds{10})) << "a day ends";
  const auto rows = counts_.TakeAll(late + rules::seconds{10});
  ASSERT_EQ(rows.size(), 2U);
  for (const cache::ReputationRow& row : rows) EXPECT_EQ(row.counted.day, kToday) << "counted on the day that ended";
  EXPECT_FALSE(counts_.IsDue(late + rules::seconds{3600}));
}

TEST_F(ConductCountsTest, OfADayThatEndedWithKnownClientsAloneAreOfThatDay) {
  const TimePoint late = TimePoint{kToday + kOne} - rules::seconds{10};
  counts_.Count(Known(Numbered(1)), kLetIn, late);
  const auto rows = counts_.TakeAll(late + rules::seconds{60});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().counted.day, kToday);
}

// However many known clients there are, few wait for their keys.
TEST_F(ConductCountsTest, KeepKnownClientsWithinBounds) {
  constexpr std::uint32_t kClients = 3 * cache::ReputationTally::kMost;
  std::vector<std::shared_ptr<const KnownClient>> clients;
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    clients.push_back(Known(Numbered(i << 8)));
    if (counts_.Count(clients.back(), kLetIn, kNow + rules::seconds{i / 400})) rows += counts_.TakeAll(kNow).size();
  }
  const auto waiting = std::ranges::count_if(clients, [](const auto& client) { return !client->conduct.mail.empty(); });
  EXPECT_LE(static_cast<std::size_t>(waiting), cache::ReputationTally::kMost + 1);
  EXPECT_EQ(rows + counts_.TakeAll(kNow).size(), kClients) << "none is lost";
}

}  // namespace policyd::serve::conduct_counts_test
