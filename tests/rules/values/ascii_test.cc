#include "rules/values/ascii.h"

#include <gtest/gtest.h>

namespace rules::ascii_test {

using Parts = std::vector<std::string_view>;

TEST(Ascii, ClassesEachByte) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const bool is_digit = std::string_view("0123456789").find(c) != std::string_view::npos;
    const bool is_letter =
        std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").find(c) != std::string_view::npos;
    const bool is_blank = std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos;
    EXPECT_EQ(IsDigit(c), is_digit) << value;
    EXPECT_EQ(IsLetter(c), is_letter) << value;
    EXPECT_EQ(IsAlphanumeric(c), is_digit || is_letter) << value;
    EXPECT_EQ(IsBlank(c), is_blank) << value;
  }
}

TEST(Ascii, FoldsLettersOnly) {
  EXPECT_EQ(LowerAscii("aZ09@[`{\xc3\x9c"), "az09@[`{\xc3\x9c");
}

TEST(Ascii, TellsNumbers) {
  EXPECT_TRUE(IsNumber("0"));
  EXPECT_TRUE(IsNumber("0123456789"));
  EXPECT_FALSE(IsNumber(""));
  EXPECT_FALSE(IsNumber("-1"));
  EXPECT_FALSE(IsNumber("1 "));
}

TEST(Ascii, TakesBlanksAway) {
  EXPECT_EQ(WithoutBlanks(" \t a b\r\n"), "a b");
  EXPECT_EQ(WithoutBlanksBefore(" a "), "a ");
  EXPECT_EQ(WithoutBlanksBehind(" a "), " a");
  EXPECT_EQ(WithoutBlanks(" \n"), "");
  EXPECT_EQ(WithoutBlanks("\xc2\xa0"), "\xc2\xa0");
}

TEST(Ascii, SplitsAtEachSeparator) {
  EXPECT_EQ(Split("", ':'), Parts{""});
  EXPECT_EQ(Split("a", ':'), Parts{"a"});
  EXPECT_EQ(Split(":a::b:", ':'), (Parts{"", "a", "", "b", ""}));
}

TEST(Ascii, SplitsLinesOfBothKinds) {
  EXPECT_EQ(SplitLines(""), Parts{});
  EXPECT_EQ(SplitLines("a\r\n\nb"), (Parts{"a", "", "b"}));
  EXPECT_EQ(SplitLines("a\n"), Parts{"a"});
  EXPECT_EQ(SplitLines("\n\n"), (Parts{"", ""}));
}

TEST(Ascii, SplitsWordsBetweenAnyNumberOfBlanks) {
  EXPECT_EQ(SplitWords(" \ta  b\tc "), (Parts{"a", "b", "c"}));
  EXPECT_EQ(SplitWords(" \t"), Parts{});
}

TEST(Ascii, JoinsByCommas) {
  EXPECT_EQ(Joined({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(Joined({}), "");
}

TEST(Ascii, ReadsHexadecimalDigits) {
  std::string digits;
  for (int byte = 0; byte < 256; ++byte) {
    if (HexValue(static_cast<char>(byte))) digits += static_cast<char>(byte);
  }
  EXPECT_EQ(digits, "0123456789ABCDEFabcdef");
  EXPECT_EQ(HexValue('9'), 9U);
  EXPECT_EQ(HexValue('a'), 10U);
  EXPECT_EQ(HexValue('F'), 15U);
}

}  // namespace rules::ascii_test
