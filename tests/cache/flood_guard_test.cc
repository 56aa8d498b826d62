#include "cache/flood_guard.h"

#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace cache {
namespace {

using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class FloodGuardTest : public testing::Test {
 protected:
  FloodGuardTest() {
    auto opened = Stores::OpenForDaemon({.directory = directory_ / "store", .max_size = std::uint64_t{16} << 20});
    if (auto* stores = std::get_if<std::unique_ptr<Stores>>(&opened)) stores_ = std::move(*stores);
    EXPECT_TRUE(stores_);
    guard_.emplace(*stores_);
  }

  // Rows 0 to count - 1 of a network, a second apart, as the Writer puts them.
  void Put(std::string_view network, int count, std::uint32_t passes = 0) {
    const auto transaction = WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    for (int i = 0; i < count; ++i) {
      const TimePoint seen = kNow + seconds{i};
      const auto changed = stores_->triplets().Put(**transaction, {network, Sender(i, passes), "r"},
                                                   {.first_seen = seen, .last_seen = seen, .passes = passes});
      ASSERT_TRUE(changed);
      guard_->Changed(stores_->triplets().HashOf(network), *changed);
    }
    ASSERT_TRUE((*transaction)->Commit());
  }
  static std::string Sender(int number, std::uint32_t passes = 0) {
    return std::to_string(number) + (passes > 0 ? " confirmed" : "");
  }
  bool Has(std::string_view network, const std::string& sender) {
    ReadTransaction snapshot(stores_->records_environment());
    return stores_->triplets().Get(snapshot, {network, sender, "r"}).has_value();
  }
  std::uint64_t Waiting() {
    ReadTransaction snapshot(stores_->records_environment());
    return stores_->triplets().figures().Waiting(snapshot);
  }
  std::uint64_t Rows() {
    ReadTransaction snapshot(stores_->records_environment());
    return snapshot.Count(stores_->triplets().triplets());
  }
  // As a restart of the daemon: what was counted in memory is gone.
  void Restart() { guard_.emplace(*stores_); }
  void Walk() {
    const auto transaction = WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    std::string position;
    ASSERT_TRUE(
        stores_->triplets().Sweep(**transaction, position, {.rows = 1'000'000},
                                  {.waiting_before = {}, .confirmed_before = {}, .now = rules::TimePoint::max()},
                                  [this](ClientHash client) { guard_->Saw(client); }));
    guard_->WalkEnded();
  }
  std::uint64_t StepToRest(const PendingLimits& limits) {
    std::uint64_t removed = 0;
    for (int idle = 0; idle < 3; ++idle) {
      const std::uint64_t more = guard_->Step(limits);
      removed += more;
      if (more > 0) idle = 0;
    }
    return removed;
  }

  test::TempDirectory directory_;
  std::unique_ptr<Stores> stores_;
  std::optional<FloodGuard> guard_;
};

TEST_F(FloodGuardTest, AKeyOverItsLimitLosesTheOlderHalfInOneStep) {
  Put("192.0.2.0/24", 101);
  Put("192.0.2.0/24", 200, 1);
  Put("198.51.100.0/24", 100);
  EXPECT_EQ(guard_->Step({.all = 1000, .per_client_key = 100}), 51U);
  EXPECT_FALSE(Has("192.0.2.0/24", Sender(50)));
  EXPECT_TRUE(Has("192.0.2.0/24", Sender(51)));
  EXPECT_EQ(Waiting(), 150U);
  EXPECT_EQ(Rows(), 350U) << "confirmed ones stay, and another network has nothing to do with it";
  EXPECT_EQ(guard_->Step({.all = 1000, .per_client_key = 100}), 0U);
}

TEST_F(FloodGuardTest, AtTheLimitOfAllTheBusiestAreHalved) {
  Put("192.0.2.0/24", 300);
  Put("203.0.113.0/24", 40);
  Put("198.51.100.0/24", 5);
  Walk();
  EXPECT_EQ(StepToRest({.all = 200, .per_client_key = 1000}), 150U);
  EXPECT_TRUE(Has("198.51.100.0/24", Sender(0)));
  EXPECT_TRUE(Has("203.0.113.0/24", Sender(0)));
  EXPECT_EQ(Waiting(), 195U);
}

TEST_F(FloodGuardTest, WhereNobodyStandsOutTheOldestNeighboursGo) {
  for (int i = 0; i < 60; ++i) Put("192.0." + std::to_string(i) + ".0/24", 1);
  Put("192.0.2.0/24", 5, 1);
  EXPECT_EQ(StepToRest({.all = 50, .per_client_key = 100}), 10U);
  EXPECT_EQ(Waiting(), 50U);
  EXPECT_EQ(Rows(), 55U);
}

// Nothing is counted by scanning at a start: the sum is stored, and the walk brings the counts of the clients back.
TEST_F(FloodGuardTest, AfterARestartTheWalkTellsWhoIsBusy) {
  Put("192.0.2.0/24", 150);
  Put("198.51.100.0/24", 30);
  Restart();
  EXPECT_EQ(Waiting(), 180U);
  EXPECT_EQ(guard_->Step({.all = 1000, .per_client_key = 100}), 0U) << "not yet known";
  Walk();
  EXPECT_EQ(guard_->Step({.all = 1000, .per_client_key = 100}), 75U);
}

TEST_F(FloodGuardTest, WhatCameBackNoLongerCounts) {
  Put("192.0.2.0/24", 90);
  {
    const auto transaction = WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    for (int i = 0; i < 80; ++i) {
      const auto changed = stores_->triplets().Put(**transaction, {"192.0.2.0/24", Sender(i), "r"}, {kNow, kNow, 1});
      ASSERT_TRUE(changed);
      EXPECT_EQ(*changed, -1);
      guard_->Changed(stores_->triplets().HashOf("192.0.2.0/24"), *changed);
    }
    ASSERT_TRUE((*transaction)->Commit());
  }
  EXPECT_EQ(Waiting(), 10U);
  EXPECT_EQ(StepToRest({.all = 1000, .per_client_key = 50}), 0U);
  EXPECT_EQ(Rows(), 90U);
}

// What the tool released is still counted in memory: rows are counted before any goes.
TEST_F(FloodGuardTest, ACountThatIsTooHighCostsNobody) {
  Put("192.0.2.0/24", 60);
  {
    const auto transaction = WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    for (int i = 0; i < 30; ++i) {
      EXPECT_TRUE(*stores_->triplets().Remove(**transaction, {"192.0.2.0/24", Sender(i), "r"}));
    }
    ASSERT_TRUE((*transaction)->Commit());
  }
  EXPECT_EQ(Waiting(), 30U);
  EXPECT_EQ(StepToRest({.all = 1000, .per_client_key = 50}), 0U);
  EXPECT_EQ(Waiting(), 30U);
}

}  // namespace
}  // namespace cache
