#include "rules/values/plain_text.h"

#include <gtest/gtest.h>

namespace rules::plain_text_test {

struct Row {
  const char* name;
  std::string text;
  std::string want;
};

class PlainTextTest : public testing::TestWithParam<Row> {};

TEST_P(PlainTextTest, IsReadAsUtf8) {
  EXPECT_EQ(ToUtf8(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Files, PlainTextTest,
                         testing::Values(Row{"plain", "a\r\nb", "a\r\nb"}, Row{"empty", "", ""},
                                         Row{"mark",
                                             "\xef\xbb\xbf"
                                             "a",
                                             "a"},
                                         Row{"mark_alone", "\xef\xbb\xbf", ""},
                                         Row{"half_a_mark", "\xef\xbb", "\xef\xbb"},
                                         Row{"little",
                                             std::string("\xff\xfe"
                                                         "a\0\xfc\0",
                                                         6),
                                             "a\xc3\xbc"},
                                         Row{"big", std::string("\xfe\xff\0a\0\xfc", 6), "a\xc3\xbc"},
                                         Row{"pair", std::string("\xff\xfe\x3d\xd8\x00\xde", 6), "\xf0\x9f\x98\x80"},
                                         Row{"euro", std::string("\xff\xfe\xac\x20", 4), "\xe2\x82\xac"},
                                         Row{"half_a_pair",
                                             std::string("\xff\xfe\x3d\xd8"
                                                         "a\0",
                                                         6),
                                             "\xef\xbf\xbd"
                                             "a"},
                                         Row{"odd_end",
                                             std::string("\xff\xfe"
                                                         "a\0b",
                                                         5),
                                             "a\xef\xbf\xbd"},
                                         Row{"little_without_mark", std::string("a\0b\0c\0d\0", 8), "abcd"},
                                         Row{"big_without_mark", std::string("\0a\0b\0c\0d", 8), "abcd"},
                                         Row{"zeros", std::string(8, '\0'), std::string(8, '\0')},
                                         Row{"eight_bits", "\xfc\xfe", "\xfc\xfe"}),
                         [](const auto& row) { return row.param.name; });

}  // namespace rules::plain_text_test
