#include "policyd/runtime/clock.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace policyd::runtime::clock_test {

using rules::seconds;
using rules::TimePoint;

std::string LittleEndian(std::int64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}

class WallClockTest : public testing::Test {
 protected:
  WallClockTest() {
    std::array<char, 32> name{"/tmp/sekimori_clock_XXXXXX"};
    close(mkstemp(name.data()));
    file_ = name.data();
  }
  ~WallClockTest() override {
    unsetenv("SEKIMORI_TEST_CLOCK");
    unlink(file_.c_str());
  }

  void Write(std::string_view bytes) const {
    std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary) << bytes;
  }

  // How far the clock is from the machine's: exact to the second in which this test runs.
  static seconds Shift(const WallClock& clock) {
    // time(2) goes over to the next second a tick later than system_clock does.
    const auto machine = [] { return TimePoint(seconds{std::time(nullptr)}); };
    for (;;) {
      const TimePoint before = machine();
      const TimePoint got = clock.Now();
      if (machine() == before) return got - before;
    }
  }

  std::string file_;
};

TEST_F(WallClockTest, ShowsTheTimeOfTheMachine) {
  const auto clock = WallClock::FromEnvironment();
  ASSERT_TRUE(clock.ok());
  EXPECT_FALSE((*clock)->is_test_clock());
  EXPECT_EQ(Shift(**clock), seconds{0});
}

TEST_F(WallClockTest, AddsWhatStandsInTheFileNow) {
  Write(LittleEndian(0) + "more than eight bytes");
  setenv("SEKIMORI_TEST_CLOCK", file_.c_str(), 1);
  const auto clock = WallClock::FromEnvironment();
  ASSERT_TRUE(clock.ok());
  EXPECT_TRUE((*clock)->is_test_clock());
  for (const std::int64_t offset : {0LL, 61LL, 36LL * 86400, -3600LL, 1LL << 33}) {
    Write(LittleEndian(offset));
    EXPECT_EQ(Shift(**clock), seconds{offset});
  }
}

TEST_F(WallClockTest, RefusesAFileThatIsTooShort) {
  Write("1234567");
  setenv("SEKIMORI_TEST_CLOCK", file_.c_str(), 1);
  const auto clock = WallClock::FromEnvironment();
  ASSERT_FALSE(clock.ok());
  EXPECT_EQ(clock.error().message, "SEKIMORI_TEST_CLOCK=" + file_ + ": expected a file of 8 bytes, it is shorter");
}

TEST_F(WallClockTest, RefusesAFileThatIsNotThere) {
  setenv("SEKIMORI_TEST_CLOCK", (file_ + ".none").c_str(), 1);
  EXPECT_FALSE(WallClock::FromEnvironment().ok());
}

TEST(FromUtc, IsThatOfTheTimeZoneAtThatTime) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  const auto day = [](int month) { return TimePoint(std::chrono::sys_days(std::chrono::year{2026} / month / 15)); };
  EXPECT_EQ(FromUtc(day(1)), seconds{3600});
  EXPECT_EQ(FromUtc(day(7)), seconds{7200});
  unsetenv("TZ");
  tzset();
}

}  // namespace policyd::runtime::clock_test
