#include "policyd/ctl/bounce_text.h"

#include <gtest/gtest.h>

namespace policyd::ctl {
namespace {

using rules::Reference;

const Reference kWanted{0x0abcdef12345};
const std::string kText = kWanted.ToString();

std::string Base64(std::string_view bytes, std::size_t line_length = 76, std::string_view before_lines = "") {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string symbols;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      symbols += at + i <= bytes.size() ? kAlphabet[bits >> (18 - 6 * i) & 0x3F] : '=';
    }
  }
  std::string lines;
  for (std::size_t at = 0; at < symbols.size(); at += line_length) {
    lines += std::string(before_lines) + symbols.substr(at, line_length) + "\r\n";
  }
  return lines;
}

const std::string kDsn =
    "This is the mail system at host mail.partner.example.\r\n\r\n<bob@here.example>: host mx.here.example[192.0.2.25] "
    "said: 450\r\n    4.7.1 <bob@here.example>: Recipient address rejected: Access denied. Cannot resolve\r\n    PTR "
    "record for [192.0.2.11] (ref " +
    kText.substr(0, 6) + "\r\n    " + kText.substr(6) + ") (in reply to RCPT TO command)\r\n";

struct Case {
  const char* name;
  std::string text;
};

class BounceTextTest : public testing::TestWithParam<Case> {};

TEST_P(BounceTextTest, HoldsTheReference) {
  EXPECT_EQ(ReferencesIn(ReadingsOf(GetParam().text)), std::vector{kWanted}) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, BounceTextTest,
    testing::Values(
        Case{"folded", kDsn}, Case{"quoted", "> said: 450 denied (ref\n> > " + kText + ")\n"},
        Case{"quoted_inside_the_reference", "> (ref " + kText.substr(0, 3) + "\n> " + kText.substr(3) + ")"},
        Case{"base64", "Content-Transfer-Encoding: base64\r\n\r\n" + Base64(kDsn)},
        Case{"base64_in_lines_of_another_length", Base64(kDsn, 64)},
        Case{"base64_quoted", "Bob wrote:\n" + Base64(kDsn, 72, "> ")},
        Case{"base64_behind_text", "see below\n\n" + Base64(kDsn) + "\n-- \nBob\n"},
        Case{"base64_without_its_end", Base64(kDsn + std::string(300, 'x')).substr(0, 560)},
        Case{"base64_in_two_parts", Base64("nothing in this part at all") + "--boundary\r\n\r\n" + Base64(kDsn)},
        Case{"base64_of_quoted_printable", Base64("said (ref=20" + kText + "=29) and more")},
        Case{"quoted_printable", "denied =28ref=20" + kText.substr(0, 5) + "=2D" + kText.substr(6) + "=29"},
        Case{"quoted_printable_folded",
             "denied (re=\r\nf =\r\n" + kText.substr(0, 7) + "=\r\n" + kText.substr(7) + ")"},
        Case{"quoted_printable_quoted", "> denied =28ref " + kText.substr(0, 7) + "=\n> " + kText.substr(7) + "=29"},
        Case{"typographic_hyphen", "(ref\xC2\xA0" + kText.substr(0, 5) + "\xE2\x80\x91" + kText.substr(6) + ")"},
        Case{"postfix_log",
             "Nov 21 08:33:20 mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from unknown[192.0.2.11]: 450 4.7.1 "
             "<bob@here.example>: Recipient address rejected: Access denied (ref " +
                 kText + "); from=<ann@partner.example> to=<bob@here.example> proto=ESMTP helo=<mail>"},
        Case{"log", "verdict action=defer reason=no_ptr client=192.0.2.11 ref=" + kText + " took_ms=3.1"},
        Case{"nul_bytes", std::string("\0\0=\0\n", 5) + "(ref " + kText + ")"}),
    [](const auto& row) { return row.param.name; });

TEST(BounceText, HoldsAllReferences) {
  const std::string text = "(ref " + kText + ")\r\n(ref " + Reference{42}.ToString() + ")";
  EXPECT_EQ(ReferencesIn(ReadingsOf(Base64(text))), (std::vector{kWanted, Reference{42}}));
}

TEST(BounceText, RubbishHoldsNone) {
  for (const std::string& text : {std::string(), std::string("="), std::string("=="), std::string("=4"),
                                  std::string(100'000, '>'), std::string(100'000, '='), std::string(100'000, 'A'),
                                  std::string(100'000, '\n'), std::string(100'000, '\xFF')}) {
    EXPECT_TRUE(ReferencesIn(ReadingsOf(text)).empty()) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace policyd::ctl
