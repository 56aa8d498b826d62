#include "policyd/admin/unblock/pasted_text.h"

#include "tests/support/source_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace policyd::admin::bounce_text_test {

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

std::string Utf16(std::string_view ascii, bool is_big_endian = false) {
  std::string wide;
  for (const char c : ascii) wide += is_big_endian ? std::string({'\0', c}) : std::string({c, '\0'});
  return wide;
}

const std::string kHead = kText.substr(0, 5);
const std::string kTail = kText.substr(6);

// What stands in kText's place is decoded with the charset that the part names.
std::string InCharset(const std::string& charset, const std::string& text) {
  return "Content-Type: text/plain; charset=\"" + charset + "\"\nContent-Transfer-Encoding: quoted-printable\n\n" +
         text;
}

std::string AsHtml(const std::string& reference) {
  return "<html><body>450&nbsp;denied for &lt;bob@here.example&gt; (ref&nbsp;" + reference + ")</body></html>";
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
        Case{"utf_16_with_mark", "\xFF\xFE" + Utf16(kDsn)}, Case{"utf_16_without_mark", Utf16(kDsn)},
        Case{"utf_16_big_endian", "\xFE\xFF" + Utf16(kDsn, true)},
        Case{"utf_16_big_endian_without_mark", Utf16(kDsn, true)},
        Case{"utf_16_in_base64", Base64("\xFF\xFE" + Utf16(kDsn))},
        Case{"utf_8_with_mark", "\xEF\xBB\xBF(ref " + kText + ")"},
        Case{"dash_of_windows_1252", InCharset("windows-1252", "=28ref=A0" + kHead + "=96" + kTail + "=29")},
        Case{"dash_of_no_named_charset", "(ref " + kHead + "\x96" + kTail + ")"},
        Case{"hyphen_of_koi8_text", InCharset("koi8-r", "=F0=D2=C9=D7=C5=D4 (ref " + kText + ")")},
        Case{"dash_of_utf_7", InCharset("UTF-7", "(ref " + kHead + "+IBE-" + kTail + ")")},
        Case{"dash_of_gb18030", InCharset("gb18030", "(ref " + kHead + "=A8C" + kTail + ")")},
        Case{"mail_in_a_mail", Base64("Content-Transfer-Encoding: base64\r\n\r\n" + Base64(kDsn))},
        Case{"html_hyphen_by_number", AsHtml(kHead + "&#8209;" + kTail)},
        Case{"html_hyphen_by_hex_number", AsHtml(kHead + "&#x2011;" + kTail)},
        Case{"html_hyphen_by_name", AsHtml(kHead + "&ndash;" + kTail)},
        Case{"html_escaped_twice", AsHtml(kHead + "&amp;#8209;" + kTail)},
        Case{"html_with_break_opportunity", AsHtml(kHead + "-<wbr>" + kTail)},
        Case{"html_with_tags_within", AsHtml("<b>" + kHead + "</b>-<span style='x'>" + kTail + "</span>")},
        Case{"html_with_a_comment", AsHtml(kHead + "<!-- a > b -->-" + kTail)},
        Case{"html_soft_hyphen", AsHtml(kHead + "-&shy;" + kTail)},
        Case{"soft_hyphen", "(ref " + kText.substr(0, 3) + "\xC2\xAD" + kText.substr(3) + ")"},
        Case{"figure_dash", "(ref " + kHead + "\xE2\x80\x92" + kTail + ")"},
        Case{"minus_sign", "(ref " + kHead + "\xE2\x88\x92" + kTail + ")"},
        Case{"zero_width_space", "(ref " + kHead + "-\xE2\x80\x8B" + kTail + ")"},
        Case{"full_width_hyphen", "(ref " + kHead + "\xEF\xBC\x8D" + kTail + ")"},
        Case{"nul_bytes", std::string("\0\0=\0\n", 5) + "(ref " + kText + ")"}),
    [](const auto& row) { return row.param.name; });

TEST(BounceText, HoldsAllReferences) {
  const std::string text = "(ref " + kText + ")\r\n(ref " + Reference{42}.ToString() + ")";
  EXPECT_EQ(ReferencesIn(ReadingsOf(Base64(text))), (std::vector{kWanted, Reference{42}}));
}

// The bounces of tests/data, where another store's reference stands.
TEST(BounceText, ReadsTheBouncesOfTheField) {
  const auto wanted = *Reference::Parse("RF0FX-01VA3");
  for (const char* name : {"06-html-nbhyphen-entities.eml", "11-outlook-unicode.txt", "26-decoy-in-message-id.eml"}) {
    std::ifstream file(support::InSource("tests/data/bounces/") + name, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    const auto found = ReferencesIn(ReadingsOf(bytes.str()));
    EXPECT_NE(std::find(found.begin(), found.end(), wanted), found.end()) << name;
  }
}

TEST(BounceText, RubbishHoldsNone) {
  for (const std::string& text : {std::string(), std::string("="), std::string("=="), std::string("=4"),
                                  std::string(100'000, '>'), std::string(100'000, '='), std::string(100'000, 'A'),
                                  std::string(100'000, '\n'), std::string(100'000, '\xFF')}) {
    EXPECT_TRUE(ReferencesIn(ReadingsOf(text)).empty()) << text.substr(0, 20);
  }
}

}  // namespace policyd::admin::bounce_text_test
