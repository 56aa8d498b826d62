#include "policyd/admin/lines.h"

#include <gtest/gtest.h>

namespace policyd::admin {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Lines, EndWithOrWithoutACarriageReturn) {
  EXPECT_EQ(SplitLines("a\r\nb\n\nc"), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(SplitLines(""), Parts{});
  Parts vizoned;
  ForEachLine("a\r\nb\n\nc", [&vizoned](std::string_view line) { vizoned.push_back(line); });
  EXPECT_EQ(vizoned, (Parts{"a", "b", "", "c"}));
}

TEST(Lines, HaveFieldsBetweenTabs) {
  EXPECT_EQ(SplitFields("a\t\tb c"), (Parts{"a", "", "b c"}));
  EXPECT_EQ(SplitFields(""), Parts{""});
}

TEST(Lines, HaveWordsBetweenAnyNumberOfBlanks) {
  EXPECT_EQ(SplitWords(" \ta  b\tc "), (Parts{"a", "b", "c"}));
  EXPECT_EQ(SplitWords(" \t"), Parts{});
}

TEST(Lines, AreTrimmedAtBothEndsAlone) {
  EXPECT_EQ(Trimmed(" \ta b\t\r"), "a b");
  EXPECT_EQ(Trimmed("a"), "a");
  EXPECT_EQ(Trimmed(" \t "), "");
}

TEST(Lines, AreJoinedByCommas) {
  EXPECT_EQ(Joined({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(Joined({}), "");
}

// Each byte, so that none beside the digits and letters of ASCII is one.
TEST(AsciiSigns, AreThoseOfAsciiAlone) {
  std::string digits, letters, hexadecimal;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (IsDigit(c)) digits += c;
    if (IsLetter(c)) letters += c;
    if (HexValue(c)) hexadecimal += c;
  }
  EXPECT_EQ(digits, "0123456789");
  EXPECT_EQ(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(hexadecimal, "0123456789ABCDEFabcdef");
  EXPECT_EQ(HexValue('9'), 9U);
  EXPECT_EQ(HexValue('a'), 10U);
  EXPECT_EQ(HexValue('F'), 15U);
}

}  // namespace
}  // namespace policyd::admin
