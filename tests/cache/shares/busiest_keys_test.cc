#include "cache/shares/busiest_keys.h"

#include <gtest/gtest.h>

namespace cache::busiest_keys_test {

void Add(BusiestKeys& keys, BusiestKeys::Key key, int times) {
  for (int i = 0; i < times; ++i) keys.Add(key);
}

TEST(BusiestKeys, KnowsTheBusiest) {
  BusiestKeys keys(4);
  EXPECT_FALSE(keys.Busiest());
  Add(keys, 1, 3);
  Add(keys, 2, 5);
  EXPECT_EQ(keys.Busiest()->key, 2U);
  EXPECT_EQ(keys.Busiest()->count, 5U);
  for (int i = 0; i < 3; ++i) keys.Subtract(2);
  EXPECT_EQ(keys.Busiest()->key, 1U);
  keys.Set(1, 0);
  EXPECT_EQ(keys.Busiest()->key, 2U);
  keys.Subtract(7);  // not kept
  keys.Subtract(2);
  keys.Subtract(2);
  EXPECT_FALSE(keys.Busiest());
}

// Metwally et al., theorem 2: a key with more than N/m of N additions is among the m that are kept.
TEST(BusiestKeys, AFloodStandsOutOfManyMoreKeysThanAreKept) {
  BusiestKeys keys(64);
  for (BusiestKeys::Key stranger = 1000; stranger < 11'000; ++stranger) {
    keys.Add(stranger);
    if (stranger % 10 == 0) keys.Add(7);
  }
  EXPECT_LE(keys.size(), 64U);
  EXPECT_EQ(keys.Busiest()->key, 7U);
  EXPECT_GE(keys.Busiest()->count, 1000U) << "never too low";
}

TEST(BusiestKeys, WhatIsKnownReplacesOnlySmallerOnes) {
  BusiestKeys keys(2);
  keys.Set(1, 10);
  keys.Set(2, 20);
  keys.Set(3, 5);
  EXPECT_EQ(keys.Busiest()->key, 2U);
  keys.Set(4, 30);
  EXPECT_EQ(keys.Busiest()->key, 4U);
  keys.Set(4, 1);
  keys.Set(2, 0);
  EXPECT_EQ(keys.Busiest()->key, 4U) << "10 made way for 30";
}

}  // namespace cache::busiest_keys_test
