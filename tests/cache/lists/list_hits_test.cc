#include "cache/lists/list_hits.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::list_hits_test {

using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

rules::ListEntry Entry(const char* target, TimePoint created = kNow) {
  rules::ListEntry entry;
  entry.target = *rules::Target::Parse(target);
  entry.created = created;
  return entry;
}

class ListHitsTest : public testing::Test {
 protected:
  void Write(HitTally& tally) {
    environment_.Write([&](WriteTransaction& transaction) {
      for (const EntryHitsRow& row : tally.TakeAll()) EXPECT_TRUE(hits_.Add(transaction, row));
    });
  }
  std::optional<EntryHits> Get(const rules::ListEntry& entry) {
    ReadTransaction snapshot(*environment_);
    return hits_.Get(snapshot, entry);
  }

  support::StoreEnvironment environment_{{"a", "b", "c", "d", "e", "f", "list_hits"}};
  ListHits hits_{*environment_};
};

TEST_F(ListHitsTest, AddUpOverTallies) {
  HitTally tally;
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{5});
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{3});
  tally.Count(Entry(".sender.example"), kNow);
  Write(tally);
  EXPECT_TRUE(tally.empty());
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{9});
  Write(tally);
  EXPECT_EQ(Get(Entry("192.0.2.1")), (EntryHits{3, kNow + rules::seconds{9}}));
  EXPECT_EQ(Get(Entry(".sender.example")), (EntryHits{1, kNow}));
  EXPECT_EQ(Get(Entry("192.0.2.2")), std::nullopt);
}

TEST_F(ListHitsTest, BelongToTheEntryAsItWasMade) {
  HitTally tally;
  tally.Count(Entry("192.0.2.1"), kNow);
  Write(tally);
  const rules::ListEntry again = Entry("192.0.2.1", kNow + rules::seconds{60});
  EXPECT_EQ(Get(again), std::nullopt);
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{70});
  tally.Count(again, kNow + rules::seconds{80});
  Write(tally);
  EXPECT_EQ(Get(again), (EntryHits{1, kNow + rules::seconds{80}}));
}

TEST(HitTally, SaysWhenItIsFull) {
  HitTally tally;
  for (std::size_t i = 0; i < HitTally::kMost; ++i) {
    EXPECT_FALSE(tally.is_full());
    tally.Count(Entry(("h" + std::to_string(i) + ".example").c_str()), kNow);
  }
  EXPECT_TRUE(tally.is_full());
}

TEST_F(ListHitsTest, ALastTimeInTheFutureDoesNotStay) {
  HitTally tally;
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{14 * 86400});
  Write(tally);
  tally.Count(Entry("192.0.2.1"), kNow);
  Write(tally);
  EXPECT_EQ(Get(Entry("192.0.2.1")), (EntryHits{2, kNow}));
  tally.Count(Entry("192.0.2.1"), kNow + rules::seconds{14 * 86400});
  tally.Count(Entry("192.0.2.1"), kNow);
  Write(tally);
  EXPECT_EQ(Get(Entry("192.0.2.1")), (EntryHits{4, kNow}));
}

}  // namespace cache::list_hits_test
