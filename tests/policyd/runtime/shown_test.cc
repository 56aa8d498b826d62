#include "policyd/runtime/shown.h"

#include <gtest/gtest.h>

namespace policyd::runtime::shown_test {

struct Case {
  const char* name;
  std::string text;
  const char* want;  // a part of what is wrong; "": nothing
};

class FaultOfLineTest : public testing::TestWithParam<Case> {};

TEST_P(FaultOfLineTest, SaysWhatIsWrong) {
  const auto fault = FaultOfLine(GetParam().text);
  if (!*GetParam().want) {
    EXPECT_EQ(fault, std::nullopt);
  } else {
    ASSERT_TRUE(fault);
    EXPECT_NE(fault->find(GetParam().want), std::string::npos) << *fault;
  }
}

constexpr const char* kControl = "control characters";
constexpr const char* kInvisible = "invisible";

INSTANTIATE_TEST_SUITE_P(Texts, FaultOfLineTest,
                         testing::Values(Case{"empty", "", ""}, Case{"plain", "ticket 4711", ""},  //
                                         Case{"japanese",
                                              "\xe5\xad\xa6\xe6\xa0\xa1\xe3\x80\x80"
                                              "A",
                                              ""},                                                           //
                                         Case{"decomposed", "Mu\xcc\x88ller", ""},                           //
                                         Case{"emoji", "\xf0\x9f\x91\x8d", ""},                              //
                                         Case{"line_end", "a\nb", kControl}, Case{"tab", "a\tb", kControl},  //
                                         Case{"nul", std::string("a\0b", 3), kControl},
                                         Case{"delete", "\x7f", kControl},    //
                                         Case{"c1", "\xc2\x9b", kInvisible},  //
                                         Case{"direction",
                                              "ann\xe2\x80\xae"
                                              "bob",
                                              kInvisible},                                      //
                                         Case{"isolate", "\xe2\x81\xa6", kInvisible},           //
                                         Case{"without_width", "an\xe2\x80\x8bn", kInvisible},  //
                                         Case{"byte_order_mark",
                                              "\xef\xbb\xbf"
                                              "ann",
                                              kInvisible},                                    //
                                         Case{"tag", "\xf3\xa0\x81\x81", kInvisible},         //
                                         Case{"line_separator", "\xe2\x80\xa8", kInvisible},  //
                                         Case{"latin_1", "M\xfcller", "UTF-8"},
                                         Case{"surrogate", "\xed\xa0\x80", "UTF-8"},                   //
                                         Case{"four_marks", "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81", ""},  //
                                         Case{"five_marks", "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "marks"}),
                         [](const auto& row) { return row.param.name; });

TEST(LooksEmpty, OfBlanksAndWhatIsInvisible) {
  for (const char* text : {"", " ", "\xe2\xa0\x80", "\xc2\xa0\xe3\x80\x80", "\xe2\x80\x8b", "\xe3\x85\xa4"}) {
    EXPECT_TRUE(LooksEmpty(text)) << text;
  }
  for (const char* text : {"a", " a ", "\xe5\xad\xa6", "\xff"}) EXPECT_FALSE(LooksEmpty(text)) << text;
}

}  // namespace policyd::runtime::shown_test
