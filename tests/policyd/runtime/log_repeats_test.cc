#include "policyd/runtime/log_repeats.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace policyd::runtime::log_repeats_test {

using std::chrono::seconds;

constexpr Deadline kBegin{std::chrono::hours{1}};

std::size_t Lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(RepeatedWarnings, AreCountedFromTheSixthOn) {
  RepeatedWarnings repeated;
  std::string written;
  for (int i = 0; i < 45; ++i) repeated.Take({"T ", "dns level=warning text=x"}, kBegin + seconds{i}, written);
  EXPECT_EQ(Lines(written), 5U);
  ASSERT_TRUE(repeated.next());
  EXPECT_EQ(*repeated.next(), kBegin + seconds{60});

  written.clear();
  repeated.Tell(kBegin + seconds{59}, written);
  EXPECT_EQ(written, "");
  repeated.Tell(kBegin + seconds{60}, written);
  EXPECT_EQ(written, "T dns level=warning text=x repeated=40\n");
  EXPECT_FALSE(repeated.next());

  written.clear();
  repeated.Take({"T ", "dns level=warning text=x"}, kBegin + seconds{61}, written);
  EXPECT_EQ(Lines(written), 1U) << "a new minute begins";
}

TEST(RepeatedWarnings, OfWhateverTextAreHeldBackFromTheHundredAndFirstOn) {
  RepeatedWarnings repeated;
  std::string written;
  for (int i = 0; i < 1000; ++i) {
    repeated.Take({"", "dns level=warning text=" + std::to_string(i)}, kBegin, written);
  }
  EXPECT_EQ(Lines(written), 100U);
  written.clear();
  repeated.TellAll(written);
  EXPECT_EQ(written, "dns level=warning text=999 repeated=900\n");
}

TEST(RepeatedWarnings, OfOneEventHideNoOther) {
  RepeatedWarnings repeated;
  std::string written;
  for (int i = 0; i < 1000; ++i) repeated.Take({"", "dns level=warning"}, kBegin, written);
  written.clear();
  repeated.Take({"", "store_degraded level=error"}, kBegin, written);
  EXPECT_EQ(written, "store_degraded level=error\n");
}

TEST(RepeatedWarnings, LeaveWhatIsNoWarningAlone) {
  RepeatedWarnings repeated;
  std::string written;
  for (int i = 0; i < 1000; ++i) repeated.Take({"", "verdict helo=x level=warning"}, kBegin, written);
  EXPECT_EQ(Lines(written), 1000U);
}

TEST(RepeatedWarnings, AreToldOfBeforeTheNextMinuteOfTheirEvent) {
  RepeatedWarnings repeated;
  std::string written;
  for (int i = 0; i < 6; ++i) repeated.Take({"", "dns level=warning text=old"}, kBegin, written);
  written.clear();
  repeated.Take({"", "dns level=warning text=new"}, kBegin + seconds{60}, written);
  EXPECT_EQ(written, "dns level=warning text=old repeated=1\ndns level=warning text=new\n");
}

}  // namespace policyd::runtime::log_repeats_test
