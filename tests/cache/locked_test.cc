#include "cache/locked.h"

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>
#include <vector>

namespace cache::locked_test {

struct Counter {
  int count = 0;
};

// Each is an expression that must not compile: there is no way to the value past the lock.
template <class L>
concept GivesAMember = requires(L& locked) {
  locked.count;
};
template <class L>
concept GivesTheValue = requires(L& locked) {
  locked.value_;
};
template <class L>
concept GivesTheMutex = requires(L& locked) {
  locked.mutex_;
};
template <class L>
concept PointsAtAMember = requires(L& locked) {
  locked->count;
};
template <class L>
concept CanBeWritten = requires(L& locked) {
  locked.Lock()->count = 1;
};

static_assert(!GivesAMember<Locked<Counter>>);
static_assert(!GivesTheValue<Locked<Counter>>);
static_assert(!GivesTheMutex<Locked<Counter>>);
static_assert(!PointsAtAMember<Locked<Counter>>);
static_assert(!std::is_convertible_v<Locked<Counter>&, Counter&>);
static_assert(!std::is_copy_constructible_v<Locked<Counter>>);
static_assert(CanBeWritten<Locked<Counter>>);
static_assert(!CanBeWritten<const Locked<Counter>>);

TEST(Locked, LetsOneThreadInAtATime) {
  constexpr int kThreads = 4, kTimes = 2'000;
  Locked<Counter> counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counter] {
      for (int time = 0; time < kTimes; ++time) {
        const auto held = counter.Lock();
        const int before = held->count;
        std::this_thread::yield();
        held->count = before + 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.Lock()->count, kThreads * kTimes);
}

TEST(Locked, GivesTheLockUpWhileItWaits) {
  Locked<Counter> counter;
  std::condition_variable wakes;
  std::thread other([&] {
    counter.Lock()->count = 1;
    wakes.notify_one();
  });
  {
    auto held = counter.Lock();
    held.Wait(wakes, [&held] { return held->count == 1; });
    EXPECT_EQ(held->count, 1);
  }
  other.join();
}

}  // namespace cache::locked_test
