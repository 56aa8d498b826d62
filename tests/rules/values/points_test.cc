#include "rules/values/points.h"

#include <gtest/gtest.h>

#include <optional>

namespace rules::points_test {

struct Case {
  const char* name;
  const char* text;
  std::optional<int> want_tenths;
};

class ParsePointsTest : public testing::TestWithParam<Case> {};

TEST_P(ParsePointsTest, GivesTenthsOrSaysWhatWasExpected) {
  const auto got = ParsePoints(GetParam().text);
  ASSERT_EQ(got.ok(), GetParam().want_tenths.has_value()) << GetParam().text;
  if (got) {
    EXPECT_EQ(got->tenths, *GetParam().want_tenths);
  } else {
    EXPECT_NE(got.error().message.find("got \"" + std::string(GetParam().text) + "\""), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Points, ParsePointsTest,
                         testing::Values(Case{"whole", "8", 80}, Case{"negative", "-2", -20},
                                         Case{"one_digit", "3.5", 35}, Case{"negative_below_one", "-0.5", -5},
                                         Case{"zero", "0", 0}, Case{"largest", "1000", 10000},
                                         Case{"least", "-1000.0", -10000}, Case{"too_large", "1000.1", {}},
                                         Case{"too_small", "-1001", {}}, Case{"overflow", "99999999999", {}},
                                         Case{"two_digits", "3.55", {}}, Case{"no_digit", "3.", {}},
                                         Case{"no_whole", ".5", {}}, Case{"comma", "3,5", {}}, Case{"empty", "", {}},
                                         Case{"sign", "-", {}}, Case{"two_signs", "--2", {}}, Case{"plus", "+2", {}},
                                         Case{"blank", " 2", {}}, Case{"word", "abc", {}}, Case{"trailing", "2x", {}}),
                         [](const auto& row) { return row.param.name; });

TEST(Points, PrintWithOneDigitAndAsShortAsItGoes) {
  struct {
    int tenths;
    const char* score;
    const char* points;
  } const rows[] = {
      {40, "4.0", "4"}, {-25, "-2.5", "-2.5"}, {-5, "-0.5", "-0.5"}, {0, "0.0", "0"}, {-80, "-8.0", "-8"}};
  for (const auto& row : rows) {
    EXPECT_EQ(PrintScore(Points{row.tenths}), row.score);
    EXPECT_EQ(PrintPoints(Points{row.tenths}), row.points);
  }
}

TEST(Points, AddExactly) {
  Points sum;
  for (int i = 0; i < 10; ++i) sum += Points{1};
  EXPECT_EQ(sum, Points{10});
  EXPECT_EQ(sum - Points{15}, -Points{5});
  EXPECT_LT(Points{-5}, Points{0});
}

}  // namespace rules::points_test
