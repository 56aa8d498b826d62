#include "policyd/admin/times.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "policyd/admin/option_values.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::admin::times_test {

// The time zone of a test, and UTC again after it.
class TimeZone {
 public:
  explicit TimeZone(const char* name) { Set(name); }
  ~TimeZone() { Set("UTC0"); }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  static void Set(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
};

struct Case {
  const char* name;
  const char* text;
  const char* want;  // the beginning in UTC; empty: refused
};

class LocalTimeTest : public testing::TestWithParam<Case> {};

// kNow is 2026-11-21T08:33:20Z, 17:33:20 in Tokyo.
TEST_P(LocalTimeTest, IsReadAsWritten) {
  const TimeZone tokyo("JST-9");
  const auto since = ParseSince(GetParam().text, ctl::kNow);
  EXPECT_EQ(since ? rules::PrintTime(*since) : "", GetParam().want) << (since ? "" : since.error().message);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, LocalTimeTest,
    testing::Values(Case{"duration", "2h", "2026-11-21T06:33:20Z"},
                    Case{"duration_ago", "2h ago", "2026-11-21T06:33:20Z"},
                    Case{"date", "2026-11-20", "2026-11-19T15:00:00Z"}, Case{"today", "today", "2026-11-20T15:00:00Z"},
                    Case{"yesterday", "Yesterday", "2026-11-19T15:00:00Z"}, Case{"now", "now", "2026-11-21T08:33:20Z"},
                    Case{"minutes", "2026-11-21 08:30", "2026-11-20T23:30:00Z"},
                    Case{"seconds", "2026-11-21T08:30:07", "2026-11-20T23:30:07Z"},
                    Case{"utc", "2026-11-21T08:30:00Z", "2026-11-21T08:30:00Z"},
                    Case{"offset", "2026-11-21T08:30:00+02:00", "2026-11-21T06:30:00Z"},
                    Case{"offset_west", "2026-11-21 08:30-0330", "2026-11-21T12:00:00Z"},
                    Case{"no_such_day", "2026-02-30", ""}, Case{"no_such_hour", "2026-11-21 24:00", ""},
                    Case{"half_a_time", "2026-11-21T", ""}, Case{"rubbish", "soon", ""},
                    Case{"behind_a_time", "2026-11-21 08:30 or so", ""}),
    [](const auto& row) { return row.param.name; });

TEST(LocalTime, ADateUntilMeansItsEnd) {
  const TimeZone tokyo("JST-9");
  EXPECT_EQ(rules::PrintTime(**ParseUntil("2026-11-20", ctl::kNow)), "2026-11-20T14:59:59Z");
  EXPECT_EQ(rules::PrintTime(**ParseUntil("2026-11-20 10:00", ctl::kNow)), "2026-11-20T01:00:00Z");
}

TEST(LocalTime, IsShownWithItsOffset) {
  {
    const TimeZone tokyo("JST-9");
    EXPECT_EQ(ShownTime(ctl::kNow), "2026-11-21T17:33:20+09:00");
    EXPECT_EQ(ParseLocalTime(ShownTime(ctl::kNow), ctl::kNow)->begin, ctl::kNow);
  }
  {
    const TimeZone newfoundland("NST3:30");
    EXPECT_EQ(ShownTime(ctl::kNow), "2026-11-21T05:03:20-03:30");
  }
  const TimeZone utc("UTC0");
  EXPECT_EQ(ShownTime(ctl::kNow), "2026-11-21T08:33:20Z");
}

// Winter and summer differ in one year.
TEST(LocalTime, KnowsSummerTime) {
  const TimeZone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(rules::PrintTime(*ParseSince("2026-07-01", ctl::kNow)), "2026-06-30T22:00:00Z");
  EXPECT_EQ(rules::PrintTime(*ParseSince("2026-12-01", ctl::kNow)), "2026-11-30T23:00:00Z");
}

}  // namespace policyd::admin::times_test
