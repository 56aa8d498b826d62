#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl::text_test {

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
  EXPECT_EQ(runtime::Shown(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, ShownTest,
    Values(ShownCase{"plain", "a b", "a b"}, ShownCase{"utf8", "ü", "ü"}, ShownCase{"escape", "\x1b[2J", "?[2J"},
           ShownCase{"line_end", "a\r\nb", "a??b"}, ShownCase{"delete", "a\x7f", "a?"},
           ShownCase{"c1_csi",
                     "a\xC2\x9B"
                     "2J",
                     "a?2J"},
           ShownCase{"zero", std::string("a\0b", 3), "a?b"},
           ShownCase{"c1_byte_alone",
                     "a\x9b"
                     "2J",
                     "a?2J"},
           ShownCase{"latin_1", "M\xfcller", "M?ller"}, ShownCase{"cut_short", "a\xe2\x80", "a??"},
           ShownCase{"longer_than_needed", "\xc0\x9b\xe0\x80\x9b", "?????"},
           ShownCase{"surrogate", "\xed\xa0\x80", "???"}, ShownCase{"beyond_unicode", "\xf4\x90\x80\x80", "????"},
           ShownCase{"right_to_left_override",
                     "a\u202e"
                     "b",
                     "a?b"},
           ShownCase{"isolate",
                     "\u2066"
                     "b\u2069",
                     "?b?"},
           ShownCase{"arabic_mark", "\u061c", "?"}, ShownCase{"zero_width", "a\u200b\u200d\ufeff", "a???"},
           ShownCase{"line_separator",
                     "a\u2028"
                     "b",
                     "a?b"},
           ShownCase{"tag", "a\U000e0041", "a?"}, ShownCase{"other_scripts", "関守 Ελλάδα 😀", "関守 Ελλάδα 😀"}),
    [](const auto& row) { return row.param.name; });

TEST(ShownOutput, LetsNothingOutThatACommandForgot) {
  std::ostringstream terminal;
  {
    ShownOutput output(terminal);
    terminal << "a\x1b[31mb\tc\n"
             << "M\xc3"
             << "\xbcller \xe2\x80"
             << "\xae \x9b" << std::flush << "end";
    EXPECT_TRUE(static_cast<std::ostream&>(terminal).rdbuf() == static_cast<std::streambuf*>(&output));
  }
  EXPECT_EQ(terminal.str(), "a?[31mb\tc\nMüller ? ?end");
}

TEST(ShownOutput, LetsColoursOutWhereTheyAreAllowed) {
  std::ostringstream terminal;
  {
    ShownOutput output(terminal);
    output.AllowColours();
    EnableColours(terminal);
    terminal << Bold(terminal, "x") << "\x1b[2J\x1b]0;title\x07\n";
  }
  EXPECT_EQ(terminal.str(), "\x1b[1mx\x1b[0m?[2J?]0;title?\n");
}

TEST(ShownOutput, SaysWhenNothingCanBeWritten) {
  std::ofstream full("/dev/full");
  const ShownOutput output(full);
  full << "x\n" << std::flush;
  EXPECT_FALSE(full);
}

struct TimeCase {
  const char* name;
  const char* text;
  bool want;
};

class ParseTimeTest : public testing::TestWithParam<TimeCase> {};

TEST_P(ParseTimeTest, ReadsWhatPrintTimePrints) {
  const auto got = admin::ParseTime(GetParam().text);
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
  const auto got = admin::ParseExpiry(GetParam().text, now);
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

TEST(Expiry, IsNoneWhereNoneWasGiven) {
  const auto got = admin::ParseExpiry(std::nullopt, rules::TimePoint{});
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, std::nullopt);
  EXPECT_FALSE(admin::ParseExpiry("", rules::TimePoint{}));
}

}  // namespace policyd::ctl::text_test
