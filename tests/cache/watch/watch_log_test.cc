#include "cache/watch/watch_log.h"

#include <gtest/gtest.h>

#include "cache/lmdb/bytes.h"
#include "tests/support/store_environment.h"

namespace cache::watch_log_test {

using rules::TimePoint;
using rules::WatchCheck;
using rules::WatchFinding;
using State = WatchFinding::State;

constexpr rules::seconds kHour{3600};
const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30}};

WatchFinding Listing(State state, const char* list = "zen.example") {
  return {.subject = "192.0.2.1", .check = WatchCheck::kList, .list = list, .state = state, .detail = "127.0.0.2"};
}

WatchFinding Ptr(State state) {
  return {.subject = "192.0.2.1", .check = WatchCheck::kPtr, .list = {}, .state = state, .detail = {}};
}

class WatchLogTest : public testing::Test {
 protected:
  // Returns how many episodes began or ended.
  std::size_t Look(TimePoint when, std::vector<WatchFinding> findings) {
    const WatchLook look{.when = when, .findings = std::move(findings)};
    std::size_t changes = 0;
    {
      ReadTransaction snapshot(*environment_);
      changes = log_.ChangesBy(snapshot, look).size();
    }
    environment_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(log_.Add(transaction, look)); });
    return changes;
  }
  std::vector<WatchEpisode> All() {
    ReadTransaction snapshot(*environment_);
    return log_.All(snapshot);
  }
  std::vector<WatchEpisode> Open() {
    ReadTransaction snapshot(*environment_);
    return log_.Open(snapshot);
  }

  support::StoreEnvironment environment_{{"watch.1"}};
  WatchLog log_{environment_->table(0)};
};

TEST_F(WatchLogTest, SaysFromWhenToWhen) {
  EXPECT_EQ(Look(kNow, {Listing(State::kWell), Ptr(State::kWell)}), 0U);
  EXPECT_EQ(Look(kNow + kHour, {Listing(State::kProblem), Ptr(State::kWell)}), 1U);
  EXPECT_EQ(Look(kNow + 2 * kHour, {Listing(State::kProblem), Ptr(State::kProblem)}), 1U)
      << "one that lasts is no news";
  EXPECT_EQ(Look(kNow + 3 * kHour, {Listing(State::kUnknown), Ptr(State::kProblem)}), 0U) << "no answer ends nothing";
  EXPECT_EQ(Open().size(), 2U);
  EXPECT_EQ(Look(kNow + 4 * kHour, {Listing(State::kWell), Ptr(State::kProblem)}), 1U);
  const std::vector<WatchEpisode> want{
      {"192.0.2.1", WatchCheck::kList, "zen.example", "127.0.0.2", kNow + kHour, kNow + 4 * kHour, ""},
      {"192.0.2.1", WatchCheck::kPtr, "", "", kNow + 2 * kHour, {}, ""}};
  EXPECT_EQ(All(), want);
  ReadTransaction snapshot(*environment_);
  EXPECT_EQ(log_.LastLook(snapshot), kNow + 4 * kHour);
}

TEST_F(WatchLogTest, KeepsWhatTheListSaid) {
  WatchFinding listing = Listing(State::kProblem);
  listing.says = "see https://zen.example/?192.0.2.1";
  Look(kNow, {listing});
  listing.says = "something else";
  Look(kNow + kHour, {listing});
  Look(kNow + 2 * kHour, {Listing(State::kWell)});
  ASSERT_EQ(All().size(), 1U);
  EXPECT_EQ(All().front().says, "see https://zen.example/?192.0.2.1");
}

// Version 1 ends before what the list says.
TEST_F(WatchLogTest, ReadsEpisodesWithoutIt) {
  ByteWriter key, record;
  key.Raw(
      std::string_view("\0"
                       "192.0.2.1\0zen.example\0",
                       23));
  key.BigEndian(static_cast<std::uint64_t>(kNow.time_since_epoch().count()), 8);
  record.Byte(1);
  record.Text("127.0.0.2");
  record.Byte(0);
  environment_.Write([&](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.Put(environment_->table(0), key.Take(), record.Take()));
  });
  const std::vector<WatchEpisode> want{{"192.0.2.1", WatchCheck::kList, "zen.example", "127.0.0.2", kNow, {}, ""}};
  EXPECT_EQ(Open(), want);
  EXPECT_EQ(Look(kNow + kHour, {Listing(State::kProblem)}), 0U) << "it lasts";
}

TEST_F(WatchLogTest, KeepsListsApart) {
  EXPECT_EQ(Look(kNow, {Listing(State::kProblem), Listing(State::kProblem, "zen.example.org")}), 2U);
  EXPECT_EQ(Look(kNow + kHour, {Listing(State::kWell), Listing(State::kProblem, "zen.example.org")}), 1U);
  ASSERT_EQ(Open().size(), 1U);
  EXPECT_EQ(Open().front().list, "zen.example.org");
}

TEST_F(WatchLogTest, EndsWhatIsNotWatchedAnyMore) {
  Look(kNow, {Listing(State::kProblem), Ptr(State::kProblem)});
  EXPECT_EQ(Look(kNow + kHour, {Ptr(State::kProblem)}), 1U);
  EXPECT_EQ(Look(kNow + 2 * kHour, {}), 1U);
  EXPECT_TRUE(Open().empty());
}

TEST_F(WatchLogTest, ForgetsAYearAfterTheEnd) {
  Look(kNow, {Listing(State::kProblem)});
  Look(kNow + kHour, {Listing(State::kWell)});
  Look(kNow + kHour + WatchLog::kKept, {Listing(State::kWell)});
  EXPECT_EQ(All().size(), 1U);
  Look(kNow + 2 * kHour + WatchLog::kKept, {Listing(State::kWell)});
  EXPECT_TRUE(All().empty());
}

TEST_F(WatchLogTest, KeepsTheNewestOfWhatComesAndGoes) {
  TimePoint when = kNow;
  for (std::size_t i = 0; i < WatchLog::kMostOfOne + 20; ++i) {
    Look(when, {Listing(State::kProblem), Ptr(i == 0 ? State::kProblem : State::kWell)});
    Look(when + kHour, {Listing(State::kWell), Ptr(State::kWell)});
    when += 2 * kHour;
  }
  const auto all = All();
  EXPECT_EQ(all.size(), WatchLog::kMostOfOne + 1);
  EXPECT_EQ(all.front().check, WatchCheck::kPtr) << "what came once is not pushed out";
  EXPECT_EQ(all.back().from, when - 2 * kHour);
}

TEST_F(WatchLogTest, ReadsAsNothingWhereDamaged) {
  environment_.Write([&](WriteTransaction& transaction) {
    for (const char* key : {"x", "\x01",
                            "\x01"
                            "a",
                            "\x09"
                            "a\0b"}) {
      ASSERT_TRUE(transaction.Put(environment_->table(0), key, std::string("\1\0\0", 3)));
    }
  });
  EXPECT_TRUE(All().empty());
  EXPECT_EQ(Look(kNow, {Listing(State::kProblem)}), 1U);
}

}  // namespace cache::watch_log_test
