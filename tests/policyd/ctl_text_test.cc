#include <sstream>

#include <gtest/gtest.h>

#include "policyd/ctl/colours.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/option_values.h"
#include "policyd/ctl/signals_held.h"

namespace policyd::ctl {
namespace {

using testing::Values;

TEST(Columns, AreAsWideAsTheirWidestCell) {
  Columns columns({"a", "bb"});
  EXPECT_TRUE(columns.empty());
  columns.Add({"Grüße", ""});
  columns.Add({"x", "y"});
  std::ostringstream out;
  columns.Print(out);
  EXPECT_EQ(out.str(), "a      bb\nGrüße  -\nx      y\n");
}

TEST(Columns, AreColouredOnlyWhereTheStreamHasColours) {
  Columns columns({"action", "reason"});
  columns.Add({"reject", "reject"});
  std::ostringstream plain, coloured;
  columns.Print(plain);
  EXPECT_EQ(plain.str(), "action  reason\nreject  reject\n");
  EnableColours(coloured);
  columns.Print(coloured);
  EXPECT_EQ(coloured.str(), "\x1b[1maction\x1b[0m  \x1b[1mreason\x1b[0m\n\x1b[31mreject\x1b[0m  reject\n");
}

struct ShownCase {
  const char* name;
  std::string text;
  const char* want;
};

class ShownTest : public testing::TestWithParam<ShownCase> {};

TEST_P(ShownTest, CannotMoveTheCursor) {
  EXPECT_EQ(Shown(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Ctl, ShownTest,
                         Values(ShownCase{"plain", "a b", "a b"}, ShownCase{"utf8", "ü", "ü"},
                                ShownCase{"escape", "\x1b[2J", "?[2J"}, ShownCase{"line_end", "a\r\nb", "a??b"},
                                ShownCase{"delete", "a\x7f", "a?"},
                                ShownCase{"c1_csi",
                                          "a\xC2\x9B"
                                          "2J",
                                          "a?2J"},
                                ShownCase{"zero", std::string("a\0b", 3), "a?b"}),
                         [](const auto& row) { return row.param.name; });

struct TimeCase {
  const char* name;
  const char* text;
  bool want;
};

class ParseTimeTest : public testing::TestWithParam<TimeCase> {};

TEST_P(ParseTimeTest, ReadsWhatPrintTimePrints) {
  const auto got = ParseTime(GetParam().text);
  ASSERT_EQ(got.has_value(), GetParam().want);
  if (got) {
    EXPECT_EQ(rules::PrintTime(*got), GetParam().text);
  }
}

INSTANTIATE_TEST_SUITE_P(Ctl, ParseTimeTest,
                         Values(TimeCase{"now", "2026-11-21T08:33:20Z", true},
                                TimeCase{"leap_day", "2028-02-29T23:59:59Z", true},
                                TimeCase{"no_leap_day", "2026-02-29T00:00:00Z", false},
                                TimeCase{"hour", "2026-11-21T24:00:00Z", false},
                                TimeCase{"no_zone", "2026-11-21T08:33:20", false},
                                TimeCase{"sign", "2026-11-21T08:33:+0Z", false}, TimeCase{"empty", "", false}),
                         [](const auto& row) { return row.param.name; });

struct SpanCase {
  const char* name;
  const char* text;
  std::optional<int> want;  // seconds from now
};

class ExpiryTest : public testing::TestWithParam<SpanCase> {};

TEST_P(ExpiryTest, IsAfterNow) {
  const rules::TimePoint now{std::chrono::hours(1000)};
  const auto got = ParseExpiry(GetParam().text, now);
  ASSERT_EQ(got.ok(), GetParam().want.has_value());
  if (got) {
    EXPECT_EQ(*got, std::optional(now + std::chrono::seconds(*GetParam().want)));
  }
}

INSTANTIATE_TEST_SUITE_P(Ctl, ExpiryTest,
                         Values(SpanCase{"days", "30d", 30 * 86400}, SpanCase{"second", "1s", 1},
                                SpanCase{"zero", "0s", std::nullopt},
                                SpanCase{"part_of_a_second", "300ms", std::nullopt},
                                SpanCase{"negative", "-1d", std::nullopt}, SpanCase{"word", "soon", std::nullopt},
                                SpanCase{"more_than_a_life", "99999d", std::nullopt}),
                         [](const auto& row) { return row.param.name; });

TEST(Expiry, IsNoneWithoutText) {
  const auto got = ParseExpiry("", rules::TimePoint{});
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, std::nullopt);
}

TEST(SignalsHeld, HoldsThemOnlyWhileItLives) {
  const auto is_held = [](int signal) {
    sigset_t set;
    pthread_sigmask(SIG_SETMASK, nullptr, &set);
    return sigismember(&set, signal) == 1;
  };
  {
    const SignalsHeld held;
    for (const int signal : {SIGINT, SIGTERM, SIGTSTP}) EXPECT_TRUE(is_held(signal)) << signal;
  }
  for (const int signal : {SIGINT, SIGTERM, SIGTSTP}) EXPECT_FALSE(is_held(signal)) << signal;
}

}  // namespace
}  // namespace policyd::ctl
