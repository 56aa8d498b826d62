#include "policyd/runtime/log_text.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace policyd::runtime::log_text_test {

struct Value {
  const char* name;
  std::string value;
  std::string want;
};

class LogTextFieldTest : public testing::TestWithParam<Value> {};

TEST_P(LogTextFieldTest, EscapesWhatCameFromOutside) {
  LogText text;
  text.Line("", "event", "").Field("first", "1").Field("key", GetParam().value);
  EXPECT_EQ(text.text(), "event first=1 key=" + GetParam().want + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    LogText, LogTextFieldTest,
    testing::Values(Value{"plain", "mail.example.com", "mail.example.com"}, Value{"empty", "", ""},
                    Value{"signals", "no_ptr:4,dnsbl:8", "no_ptr:4,dnsbl:8"}, Value{"blank", "a b", R"("a b")"},
                    Value{"quote", "a\"b", R"("a\"b")"}, Value{"backslash", R"(\x07)", R"("\\x07")"},
                    Value{"line_end", "a\nverdict action=pass", R"("a\x0averdict action=pass")"},
                    Value{"zero_byte", std::string("a\0b", 3), R"("a\x00b")"},
                    Value{"delete_and_high_bytes", "\x7f\xc3\xa9", R"("\x7f\xc3\xa9")"},
                    Value{"long_is_cut", std::string(1000, 'x'), std::string(256, 'x')},
                    Value{"odd_behind_the_cut", std::string(256, 'x') + '\n', std::string(256, 'x')}),
    [](const auto& row) { return row.param.name; });

// Values are looked at a word at a time: every byte at every place of shorter and longer ones.
TEST(LogText, FindsEachByteThatNeedsQuotesWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_plain = byte > ' ' && byte < 0x7f && c != '"' && c != '\\';
    for (const std::size_t size : {1, 7, 8, 9, 16, 20}) {
      for (std::size_t place = 0; place < size; ++place) {
        std::string value(size, '~');
        value[place] = c;
        LogText text;
        text.Line("", "event", "").Field("key", value);
        EXPECT_EQ(text.text() == "event key=" + value + "\n", is_plain) << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(LogText, KeepsLinesApartHoweverLongTheyAre) {
  LogText text;
  std::string want;
  for (std::size_t line = 0; line < 300; ++line) {
    const std::string value(line, '\x01');
    text.Line("<4>", "event", " level=warning").Field("odd", value).Plain("number", std::to_string(line));
    want += "<4>event level=warning odd=";
    for (std::size_t i = 0; i < std::min<std::size_t>(line, 256); ++i) want += (i == 0 ? "\"\\x01" : "\\x01");
    want += (line > 0 ? "\"" : "") + std::string(" number=") + std::to_string(line) + '\n';
  }
  EXPECT_EQ(text.text(), want);
  EXPECT_EQ(text.lines(), 300U);
  text.Clear();
  EXPECT_EQ(text.text(), "");
  EXPECT_EQ(text.lines(), 0U);
}

struct Number {
  const char* name;
  std::int64_t value;
  std::uint32_t unit;
  std::string want;
};

class LogTextDecimalTest : public testing::TestWithParam<Number> {};

TEST_P(LogTextDecimalTest, HasAllDigitsBehindThePoint) {
  LogText text;
  text.Line("", "event", "").Decimal("key", GetParam().value, GetParam().unit);
  EXPECT_EQ(text.text(), "event key=" + GetParam().want + "\n");
}

INSTANTIATE_TEST_SUITE_P(LogText, LogTextDecimalTest,
                         testing::Values(Number{"zero", 0, 10, "0.0"}, Number{"tenths", 45, 10, "4.5"},
                                         Number{"below_zero", -5, 10, "-0.5"}, Number{"negative", -120, 10, "-12.0"},
                                         Number{"zeros_behind_the_point", 41, 1000, "0.041"},
                                         Number{"thousands", 1'234'005, 1000, "1234.005"},
                                         Number{"largest", INT64_MAX, 1000, "9223372036854775.807"}),
                         [](const auto& row) { return row.param.name; });

}  // namespace policyd::runtime::log_text_test
