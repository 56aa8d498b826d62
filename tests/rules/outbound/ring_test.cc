// A limit on a span holds for every span of its length: held against a log of all events.
#include "rules/outbound/ring.h"

#include <gtest/gtest.h>

#include <vector>

namespace rules::ring_test {

constexpr TimePoint kBegin{seconds{1'790'000'123}};
using Hour = Ring<13, 300>;
constexpr seconds kHour{3600};

struct Event {
  TimePoint at;
  std::uint32_t count;
};

std::uint32_t SumWithin(const std::vector<Event>& log, TimePoint now, seconds span) {
  std::uint32_t sum = 0;
  for (const Event& event : log) {
    if (event.at > now - span) sum += event.count;
  }
  return sum;
}

// Numbers as a sequence of its own for each seed.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint32_t Below(std::uint32_t limit) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state_ >> 33U) % limit);
  }

 private:
  std::uint64_t state_;
};

class RingPropertyTest : public testing::TestWithParam<int> {};

TEST_P(RingPropertyTest, NeverMoreThanTheLimitAndFreeFiveMinutesLateAtMost) {
  constexpr std::uint32_t kMost = 100;
  Numbers numbers(static_cast<std::uint64_t>(GetParam()));
  Hour ring;
  std::vector<Event> log;
  TimePoint now = kBegin;
  for (int step = 0; step < 4000; ++step) {
    // Bursts, and silences of up to two hours.
    now += seconds{numbers.Below(20) == 0 ? numbers.Below(7200) : numbers.Below(90)};
    const std::uint32_t more = 1 + numbers.Below(numbers.Below(10) == 0 ? 100 : 5);
    const TimePoint free_at = ring.FreeAt(more, kMost, now);
    const bool fits = free_at <= now;
    ASSERT_EQ(fits, ring.Sum(now) + more <= kMost);
    if (fits) {
      ring.Add(more, now);
      log.push_back({now, more});
      ASSERT_LE(SumWithin(log, now, kHour), kMost) << "step " << step;
    } else {
      ASSERT_GT(SumWithin(log, now, kHour + Hour::kEach) + more, kMost)
          << "free more than a bucket late, step " << step;
      ASSERT_GT(ring.Sum(free_at - seconds{1}) + more, kMost) << "step " << step;
      ASSERT_LE(ring.Sum(free_at) + more, kMost) << "it is free when it was said to be, step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RingPropertyTest, testing::Range(1, 9));

TEST(Ring, TakesBackWhatIsNotOver) {
  Hour ring;
  ring.Add(5, kBegin);
  ring.Add(7, kBegin + seconds{600});
  ring.TakeBack(5, kBegin, kBegin + seconds{1200});
  EXPECT_EQ(ring.Sum(kBegin + seconds{1200}), 7U);
  ring.TakeBack(7, kBegin + seconds{600}, kBegin + seconds{9000});
  EXPECT_EQ(ring.Sum(kBegin + seconds{9000}), 0U);
}

TEST(Ring, TakesBackNoMoreThanThereIs) {
  Hour ring;
  ring.Add(2, kBegin);
  ring.TakeBack(9, kBegin, kBegin);
  EXPECT_EQ(ring.Sum(kBegin), 0U);
}

TEST(Ring, AClockSetBackFreesNothing) {
  Hour ring;
  ring.Add(100, kBegin);
  const TimePoint back = kBegin - std::chrono::hours{5};
  EXPECT_EQ(ring.Sum(back), 100U);
  ring.Add(1, back);
  EXPECT_EQ(ring.Sum(back + kHour - seconds{300}), 101U);
  EXPECT_EQ(ring.Sum(back + kHour + Hour::kEach), 0U) << "and holds nobody for longer than it should";
}

// Two threads that answer at the border of two buckets come with times in turn.
TEST(Ring, TimesThatDifferALittleMoveNothing) {
  Hour ring;
  const TimePoint border = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<300>>>(kBegin);
  ring.Add(100, border);
  for (int i = 0; i < 50; ++i) {
    ring.Add(0, border + seconds{300});
    ring.Add(0, border + seconds{299});
  }
  EXPECT_EQ(ring.Sum(border + kHour - seconds{1}), 100U);
}

TEST(Ring, StaysAtTheLargestCount) {
  Hour ring;
  ring.Add(4'000'000'000, kBegin);
  ring.Add(4'000'000'000, kBegin);
  EXPECT_EQ(ring.Sum(kBegin), std::numeric_limits<std::uint32_t>::max());
}

TEST(Ring, IsTheSameOnceItWasKept) {
  Hour ring;
  ring.Add(3, kBegin);
  ring.Add(4, kBegin + seconds{900});
  EXPECT_EQ(Hour(ring.newest(), ring.counts()), ring);
}

}  // namespace rules::ring_test
