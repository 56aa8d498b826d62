#include "cache/shares/flood_guard.h"

#include <gtest/gtest.h>

#include <charconv>
#include <functional>

#include "rules/greylist/greylist.h"
#include "tests/support/temp_directory.h"

namespace cache::flood_guard_test {

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

  support::TempDirectory directory_;
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

// A flood of three times what may wait, in steps of a commit, beside 20 honest networks of one provider, half of which
// come before it and half in its middle.
class FloodFromManyTest : public FloodGuardTest {
 protected:
  static constexpr PendingLimits kLimits{.all = 2000, .per_client_key = 1000};
  static constexpr int kHonest = 20;

  void PutOne(const rules::IpAddress& client) {
    const std::string network = rules::NetworkKey(client, {});
    ids_.push_back(network);
    const auto transaction = WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    PutIn(**transaction, network, client);
    ASSERT_TRUE((*transaction)->Commit());
  }
  void PutIn(WriteTransaction& transaction, const std::string& network, const rules::IpAddress& client) {
    const auto changed = stores_->triplets().Put(transaction, {network, "s", "r", client}, {now_, now_, 0});
    ASSERT_TRUE(changed);
    guard_->Changed(stores_->triplets().HashOf(network), *changed);
  }
  void Flood(int from, int to, const std::function<std::string(int)>& client_of) {
    for (int start = from; start < to; start += 200, now_ += seconds{1}) {
      const auto transaction = WriteTransaction::Begin(stores_->records_environment());
      ASSERT_TRUE(transaction);
      for (int i = start; i < start + 200; ++i) {
        const auto client = rules::IpAddress::Parse(client_of(i));
        ASSERT_TRUE(client) << client_of(i);
        PutIn(**transaction, rules::NetworkKey(*client, {}), *client);
      }
      ASSERT_TRUE((*transaction)->Commit());
      guard_->Step(kLimits);
    }
  }
  int HonestThatAreKnown() {
    ReadTransaction snapshot(stores_->records_environment());
    int known = 0;
    for (const std::string& network : ids_) {
      const TripletId id{network, "s", "r"};
      const bool is_known = stores_->triplets().Get(snapshot, id) || stores_->triplets().GetPushedOut(id, now_);
      known += is_known ? 1 : 0;
    }
    return known;
  }
  void Run(const std::function<std::string(int)>& client_of) {
    const auto honest = [](int i) { return *rules::IpAddress::Parse("198.51." + std::to_string(i) + ".5"); };
    for (int i = 0; i < kHonest / 2; ++i) PutOne(honest(i));
    Flood(0, 3000, client_of);
    for (int i = kHonest / 2; i < kHonest; ++i) PutOne(honest(i));
    Flood(3000, 6000, client_of);
    EXPECT_LE(Waiting(), kLimits.all + 300);
    EXPECT_EQ(HonestThatAreKnown(), kHonest);
  }

  TimePoint now_ = kNow;
  std::vector<std::string> ids_;
};

std::string Octets(int a, int b, int c) {
  return std::to_string(a) + "." + std::to_string(b) + "." + std::to_string(c) + ".9";
}
std::string Hex(int number) {
  char text[8];
  return {text, std::to_chars(std::begin(text), std::end(text), number, 16).ptr};
}

TEST_F(FloodFromManyTest, NetworksInARow) {
  Run([](int i) { return Octets(20, i / 256, i % 256); });
}
TEST_F(FloodFromManyTest, NetworksInARowBesideTheHonest) {
  Run([](int i) { return Octets(198, 60 + i / 256, i % 256); });
}
TEST_F(FloodFromManyTest, NetworksOfEverywhere) {
  Run([](int i) { return Octets(1 + i * 7 % 223, i * 13 % 251, i % 256); });
}
TEST_F(FloodFromManyTest, NetworksOfOne48) {
  Run([](int i) { return "2001:db8:7:" + Hex(i) + "::9"; });
}
TEST_F(FloodFromManyTest, NetworksOfOne32) {
  Run([](int i) { return "2001:db8:" + Hex(i) + ":" + Hex(i) + "::9"; });
}

}  // namespace cache::flood_guard_test
