#include "rules/values/text_finder.h"

#include <gtest/gtest.h>

namespace rules::text_finder_test {

struct Case {
  const char* name;
  std::vector<std::string> texts;
  std::string subject;
  std::vector<int> want;
};

class TextFinderTest : public testing::TestWithParam<Case> {};

TEST_P(TextFinderTest, NamesEachTextOnce) {
  EXPECT_EQ(TextFinder(GetParam().texts).Find(GetParam().subject), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Rules, TextFinderTest,
                         testing::Values(Case{"none", {}, "abc", {}}, Case{"empty_subject", {"a"}, "", {}},
                                         Case{"whole", {"abc"}, "abc", {0}}, Case{"end", {"bc"}, "abc", {0}},
                                         Case{"too_long", {"abcd"}, "abc", {}}, Case{"twice", {"a"}, "aba", {0}},
                                         Case{"one_begins_another", {"abc", "ab", "b", "x"}, "xabc", {0, 1, 2, 3}},
                                         Case{"nearly", {"abd", "acb"}, "abcab", {}},
                                         Case{"high_bytes", {"\xff\x80", "\x7f"}, "a\xff\x80", {0}}),
                         [](const auto& row) { return row.param.name; });

}  // namespace rules::text_finder_test
