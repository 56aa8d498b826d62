#include "policyd/http/path_and_query.h"

#include <gtest/gtest.h>

namespace policyd::http::path_and_query_test {

std::string Shown(const std::optional<PathAndQuery>& parts) {
  if (!parts) return "refused";
  std::string text = parts->path;
  for (const auto& [name, value] : parts->query) text += " " + name + "=" + value;
  return text;
}

struct Case {
  const char* name;
  std::string text;
  const char* want;
};

class PathAndQueryTest : public testing::TestWithParam<Case> {};

TEST_P(PathAndQueryTest, IsDecodedOrRefused) {
  EXPECT_EQ(Shown(ParsePathAndQuery(GetParam().text)), GetParam().want) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    PathAndQuery, PathAndQueryTest,
    testing::Values(
        Case{"root", "/", "/"},  //
        Case{"path", "/api/v1/verdicts/ABCDE-FGHJK", "/api/v1/verdicts/ABCDE-FGHJK"},
        Case{"encoded", "/a%2Fb%20c%3f", "/a/b c?"},  //
        Case{"plus_in_the_path_is_itself", "/a+b", "/a+b"},
        Case{"query", "/x?client=192.0.2.0%2F24&since=2h", "/x client=192.0.2.0/24 since=2h"},
        Case{"plus_in_the_query_is_a_blank", "/x?a=b+c%2Bd", "/x a=b c+d"},
        Case{"same_name_twice", "/x?a=1&a=2", "/x a=1 a=2"},                                                          //
        Case{"without_a_value", "/x?a&b=&=c", "/x a= b= =c"}, Case{"empty_parts", "/x?&&a=1&", "/x a=1"},             //
        Case{"empty_query", "/x?", "/x"},                                                                             //
        Case{"equals_in_the_value", "/x?a=b=c", "/x a=b=c"}, Case{"question_mark_in_the_query", "/x?a=?", "/x a=?"},  //
        Case{"dots_are_nothing_special", "/../../etc/passwd", "/../../etc/passwd"},
        Case{"not_a_path", "http://x/", "refused"},             //
        Case{"empty", "", "refused"},                           //
        Case{"star", "*", "refused"},                           //
        Case{"percent_at_the_end", "/a%", "refused"},           //
        Case{"percent_and_one_digit", "/a%4", "refused"},       //
        Case{"percent_and_no_digits", "/a%zz", "refused"},      //
        Case{"percent_and_one_bad_digit", "/a%4g", "refused"},  //
        Case{"bad_percent_in_the_query", "/a?b=%", "refused"},  //
        Case{"bad_percent_in_a_name", "/a?%q=1", "refused"},    //
        Case{"zero_byte", "/a%00b", "refused"},                 //
        Case{"line_end_in_the_path", "/a%0d%0a", "refused"},
        Case{"lines_in_the_query", "/a?b=c%09d%0d%0ae", "/a b=c\td\r\ne"},
        Case{"escape_in_the_query", "/a?b=%1b", "refused"}, Case{"zero_byte_in_the_query", "/a?b=%00", "refused"},
        Case{"overlong_in_three_bytes", "/a%e0%80%af", "refused"}, Case{"surrogate", "/a%ed%a0%80", "refused"},
        Case{"beyond_unicode", "/a%f4%90%80%80", "refused"},  //
        Case{"delete", "/a%7f", "refused"},                   //
        Case{"no_utf8", "/a%ff", "refused"},                  //
        Case{"overlong_utf8", "/a%c0%af", "refused"},         //
        Case{"half_a_letter", "/a?b=%e3%81", "refused"},      //
        Case{"raw_no_utf8", "/a\xff", "refused"},             //
        Case{"raw_utf8", "/\xe3\x81\x82", "/\xe3\x81\x82"},   //
        Case{"letters", "/%e3%81%82?x=%E3%81%84", "/\xe3\x81\x82 x=\xe3\x81\x84"}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::http::path_and_query_test
