#include "policyd/dns/fair_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace policyd::dns::fair_queue_test {

ClientNetwork Of(const char* client) {
  return NetworkOf(*rules::IpAddress::Parse(client));
}

FairQueue::Place At(int second, std::uint64_t number) {
  return {runtime::Deadline(std::chrono::seconds(second)), number};
}

std::vector<std::uint64_t> TakeAll(FairQueue& queue) {
  std::vector<std::uint64_t> taken;
  while (!queue.empty()) {
    const FairQueue::Place first = queue.First();
    queue.Opened(queue.waiting().at(first));
    queue.Remove(first);
    taken.push_back(first.second);
  }
  return taken;
}

using Numbers = std::vector<std::uint64_t>;

TEST(NetworkOf, JoinsUpwards) {
  EXPECT_EQ(Of("192.0.2.1"), Of("192.0.2.254"));
  EXPECT_EQ(Of("192.0.2.1").wide, Of("192.0.99.1").wide);
  EXPECT_NE(Of("192.0.2.1").narrow, Of("192.0.99.1").narrow);
  EXPECT_NE(Of("192.0.2.1").wide, Of("192.1.2.1").wide);
  EXPECT_EQ(Of("2001:db8:1:2::1"), Of("2001:db8:1:ffff::1"));
  EXPECT_EQ(Of("2001:db8:1::1").wide, Of("2001:db8:2::1").wide);
  EXPECT_NE(Of("2001:db8:1::1"), Of("2001:db8:2::1"));
  EXPECT_NE(Of("0.0.0.0"), ClientNetwork());
}

TEST(FairQueue, GoesByDeadlineWithinANetwork) {
  FairQueue queue;
  queue.Add(Of("192.0.2.1"), At(3, 1));
  queue.Add(Of("192.0.2.2"), At(1, 2));
  queue.Add(Of("192.0.2.1"), At(2, 3));
  EXPECT_EQ(TakeAll(queue), (Numbers{2, 3, 1}));
}

TEST(FairQueue, TheNetworkThatHoldsFewestComesFirst) {
  FairQueue queue;
  for (int i = 0; i < 100; ++i) queue.Opened(Of("198.18.7.1"));
  queue.Opened(Of("192.0.2.1"));
  queue.Add(Of("198.18.7.2"), At(1, 1));
  queue.Add(Of("192.0.2.1"), At(2, 2));
  queue.Add(Of("203.0.113.9"), At(3, 3));
  EXPECT_EQ(TakeAll(queue), (Numbers{3, 2, 1}));
}

TEST(FairQueue, ManyNetworksOfOneWideOneAreOne) {
  FairQueue queue;
  for (int i = 0; i < 200; ++i) queue.Opened(Of(("198.18." + std::to_string(i) + ".1").c_str()));
  for (int i = 0; i < 3; ++i) queue.Opened(Of("192.0.2.1"));
  queue.Add(Of("198.18.201.1"), At(1, 1));
  queue.Add(Of("192.0.2.1"), At(2, 2));
  EXPECT_EQ(queue.First(), At(2, 2));
}

TEST(FairQueue, WithinAWideOneTheNarrowThatHoldsFewestComesFirst) {
  FairQueue queue;
  for (int i = 0; i < 50; ++i) queue.Opened(Of("198.18.7.1"));
  queue.Add(Of("198.18.7.2"), At(1, 1));
  queue.Add(Of("198.18.8.2"), At(2, 2));
  EXPECT_EQ(queue.First(), At(2, 2)) << "a neighbour of the stranger's";
}

TEST(FairQueue, TakesTurnsWhereBothWait) {
  FairQueue queue;
  for (std::uint64_t i = 0; i < 4; ++i) queue.Add(Of("198.18.7.1"), At(1, i));
  for (std::uint64_t i = 10; i < 12; ++i) queue.Add(Of("192.0.2.1"), At(2, i));
  EXPECT_EQ(TakeAll(queue), (Numbers{0, 10, 1, 11, 2, 3}));
}

TEST(FairQueue, WhatIsClosedCountsNoMore) {
  FairQueue queue;
  queue.Opened(Of("198.18.7.1"));
  queue.Closed(Of("198.18.7.1"));
  queue.Opened(Of("192.0.2.1"));
  queue.Add(Of("192.0.2.1"), At(1, 1));
  queue.Add(Of("198.18.7.1"), At(2, 2));
  EXPECT_EQ(queue.First(), At(2, 2));
  queue.Remove(At(2, 2));
  queue.Remove(At(2, 2));
  EXPECT_EQ(TakeAll(queue), (Numbers{1}));
}

}  // namespace policyd::dns::fair_queue_test
