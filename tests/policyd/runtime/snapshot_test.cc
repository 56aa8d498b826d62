#include "policyd/runtime/snapshot.h"

#include <gtest/gtest.h>

namespace policyd::runtime::snapshot_test {

TEST(SnapshotReader, SeesWhatWasSetLast) {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  SnapshotReader<int> reader(snapshot);
  EXPECT_EQ(*reader.Get(), 1);
  snapshot.Set(std::make_shared<const int>(2));
  EXPECT_EQ(*reader.Get(), 2);
}

TEST(SnapshotReader, GivesTheSameValueUntilItChanges) {
  const auto value = std::make_shared<const int>(1);
  Snapshot<int> snapshot(value);
  SnapshotReader<int> reader(snapshot);
  EXPECT_EQ(reader.Get(), value);
  EXPECT_EQ(reader.Get(), value);
}

TEST(SnapshotReader, CountsItsPointersByItself) {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  SnapshotReader<int> one(snapshot);
  SnapshotReader<int> other(snapshot);
  const auto held = other.Get();
  EXPECT_EQ(one.Get().use_count(), 1);
}

TEST(SnapshotReader, LeavesThePointersGivenOutValid) {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  SnapshotReader<int> reader(snapshot);
  const auto held = reader.Get();
  snapshot.Set(std::make_shared<const int>(2));
  EXPECT_EQ(*reader.Get(), 2);
  EXPECT_EQ(*held, 1);
}

}  // namespace policyd::runtime::snapshot_test
