#include "rules/values/time.h"

#include <gtest/gtest.h>

#include <optional>

namespace rules::time_test {

struct ParseCase {
  const char* name;
  const char* text;
  std::optional<milliseconds> want;
};

class ParseDurationTest : public testing::TestWithParam<ParseCase> {};

TEST_P(ParseDurationTest, GivesTheDurationOrSaysWhatWasExpected) {
  const auto got = ParseDuration(GetParam().text);
  ASSERT_EQ(got.ok(), GetParam().want.has_value()) << GetParam().text;
  if (got) {
    EXPECT_EQ(*got, *GetParam().want);
  } else {
    EXPECT_NE(got.error().message.find("expected"), std::string::npos);
    EXPECT_NE(got.error().message.find("got \"" + std::string(GetParam().text) + "\""), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Duration, ParseDurationTest,
    testing::Values(ParseCase{"milliseconds", "300ms", milliseconds{300}}, ParseCase{"seconds", "4s", seconds{4}},
                    ParseCase{"minutes", "3m", std::chrono::minutes{3}},
                    ParseCase{"hours", "2h", std::chrono::hours{2}}, ParseCase{"days", "36d", std::chrono::days{36}},
                    ParseCase{"nothing", "0s", seconds{0}}, ParseCase{"a_century", "36500d", std::chrono::days{36500}},
                    ParseCase{"more_than_a_century", "36501d", {}}, ParseCase{"overflow", "99999999999999999999s", {}},
                    ParseCase{"no_unit", "4", {}}, ParseCase{"no_number", "s", {}}, ParseCase{"empty", "", {}},
                    ParseCase{"negative", "-4s", {}}, ParseCase{"plus", "+4s", {}}, ParseCase{"fraction", "1.5h", {}},
                    ParseCase{"blank_before", " 4s", {}}, ParseCase{"blank_between", "4 s", {}},
                    ParseCase{"upper_case", "4S", {}}, ParseCase{"unknown_unit", "4w", {}},
                    ParseCase{"trailing", "4s2", {}}),
    [](const auto& row) { return row.param.name; });

struct PrintCase {
  const char* name;
  milliseconds duration;
  const char* want;
};

class PrintDurationTest : public testing::TestWithParam<PrintCase> {};

TEST_P(PrintDurationTest, UsesTheLargestUnitsThatSayIt) {
  EXPECT_EQ(PrintDuration(GetParam().duration), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Duration, PrintDurationTest,
    testing::Values(PrintCase{"zero", milliseconds{0}, "0s"}, PrintCase{"milliseconds", milliseconds{300}, "300ms"},
                    PrintCase{"seconds", seconds{45}, "45s"}, PrintCase{"two_days", std::chrono::hours{48}, "2d"},
                    PrintCase{"hour_and_minutes", std::chrono::minutes{65}, "1h 5m"},
                    PrintCase{"everything", milliseconds{86'400'000 + 3'661'001}, "1d 1h 1m 1s 1ms"},
                    PrintCase{"negative", seconds{-90}, "-1m 30s"}),
    [](const auto& row) { return row.param.name; });

struct TimeCase {
  const char* name;
  std::int64_t unix_seconds;
  const char* want;
};

class PrintTimeTest : public testing::TestWithParam<TimeCase> {};

TEST_P(PrintTimeTest, IsRfc3339InUtc) {
  EXPECT_EQ(PrintTime(TimePoint{seconds{GetParam().unix_seconds}}), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Time, PrintTimeTest,
                         testing::Values(TimeCase{"epoch", 0, "1970-01-01T00:00:00Z"},
                                         TimeCase{"a_billion", 1'000'000'000, "2001-09-09T01:46:40Z"},
                                         TimeCase{"leap_day", 1'709'164'800, "2024-02-29T00:00:00Z"},
                                         TimeCase{"last_second", 1'735'689'599, "2024-12-31T23:59:59Z"},
                                         TimeCase{"before_the_epoch", -1, "1969-12-31T23:59:59Z"}),
                         [](const auto& row) { return row.param.name; });

}  // namespace rules::time_test
