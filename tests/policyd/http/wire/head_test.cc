#include "policyd/http/wire/head.h"

#include <string>

#include <gtest/gtest.h>

namespace policyd::http::head_test {

using namespace std::string_literals;

struct Case {
  const char* name;
  std::string bytes;
  const char* want;  // "whole", "more", or the status of the refusal
};

std::string Judged(std::string_view bytes) {
  const Head head = JudgeHead(bytes);
  if (head.refusal) return std::to_string(head.refusal->status);
  return head.is_whole ? "whole" : "more";
}

std::string Get(const std::string& lines, const std::string& target = "/x") {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

class HeadTest : public testing::TestWithParam<Case> {};

TEST_P(HeadTest, IsJudged) {
  EXPECT_EQ(Judged(GetParam().bytes), GetParam().want);
}

// Sources: RFC 9110 5.5, 5.6.2, 7.2 and 8.6; RFC 9112 2.2, 3, 3.2, 5.1, 5.2, 6.1 and 6.3.
INSTANTIATE_TEST_SUITE_P(Lines, HeadTest,
                         testing::Values(Case{"plain", Get(""), "whole"},                                             //
                                         Case{"http_1_0_needs_no_host", "GET / HTTP/1.0\r\n\r\n", "whole"},           //
                                         Case{"with_a_body_behind", Get("Content-Length: 3\r\n") + "a\nb", "whole"},  //
                                         Case{"empty_lines_before", "\r\n\r\n" + Get(""), "whole"},                   //
                                         Case{"nothing", "", "more"},                                                 //
                                         Case{"empty_lines", "\r\n\r\n", "more"},                                     //
                                         Case{"half_a_line", "GET /x HT", "more"},                                    //
                                         Case{"half_a_line_end", "GET /x HTTP/1.1\r", "more"},                        //
                                         Case{"half_a_head", "GET /x HTTP/1.1\r\nHost: a\r\n", "more"},               //
                                         Case{"empty_value", Get("x:\r\n"), "whole"},                                 //
                                         Case{"tab_in_a_value", Get("x:\ta\tb\r\n"), "whole"},                        //
                                         Case{"other_bytes_in_a_value", Get("x: \xe3\x81\x82\xff\r\n"), "whole"},     //
                                         Case{"other_bytes_in_the_target", Get("", "/\xe3\x81\x82"), "whole"},        //
                                         Case{"two_parts", "GET /x\r\nHost: a\r\n\r\n", "400"},                       //
                                         Case{"four_parts", "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n", "400"},           //
                                         Case{"two_blanks", "GET  /x HTTP/1.1\r\nHost: a\r\n\r\n", "400"},            //
                                         Case{"tabs", "GET\t/x\tHTTP/1.1\r\nHost: a\r\n\r\n", "400"},                 //
                                         Case{"blank_behind", "GET /x HTTP/1.1 \r\nHost: a\r\n\r\n", "400"},          //
                                         Case{"no_token_as_method", "G@T /x HTTP/1.1\r\nHost: a\r\n\r\n", "400"},     //
                                         Case{"no_version", "GET /x ABC\r\nHost: a\r\n\r\n", "400"},                  //
                                         Case{"small_version", "GET /x http/1.1\r\nHost: a\r\n\r\n", "400"},          //
                                         Case{"unknown_version", "GET /x HTTP/9.9\r\nHost: a\r\n\r\n", "505"},        //
                                         Case{"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},                   //
                                         Case{"line_feeds_alone", "GET /x HTTP/1.1\nHost: a\n\n", "400"},             //
                                         Case{"carriage_returns_alone", "GET /x HTTP/1.1\rHost: a\r\r", "400"},       //
                                         Case{"tls", "\x16\x03\x01\x02"s, "400"},                                     //
                                         Case{"nul_in_the_target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, "400"},    //
                                         Case{"nul_in_a_value", Get("x: a\0b\r\n"s), "400"},                          //
                                         Case{"nul_in_a_name", Get("x\0y: a\r\n"s), "400"},                           //
                                         Case{"escape_in_a_value", Get("x: \x1b[0m\r\n"), "400"},                     //
                                         Case{"delete_in_a_value", Get("x: \x7f\r\n"), "400"},                        //
                                         Case{"no_colon", Get("abc\r\n"), "400"},                                     //
                                         Case{"no_name", Get(": x\r\n"), "400"},                                      //
                                         Case{"blank_before_the_colon", Get("abc : x\r\n"), "400"},                   //
                                         Case{"folded", Get("abc: x\r\n y\r\n"), "400"},                              //
                                         Case{"blank_first", "GET /x HTTP/1.1\r\n Host: a\r\n\r\n", "400"}),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Meaning, HeadTest,
    testing::Values(Case{"no_host", "GET /x HTTP/1.1\r\n\r\n", "400"},                                         //
                    Case{"two_hosts", Get("HOST: a\r\n"), "400"},                                              //
                    Case{"two_lengths", Get("Content-Length: 1\r\ncontent-length: 1\r\n"), "400"},             //
                    Case{"two_lengths_in_one", Get("Content-Length: 1, 1\r\n"), "400"},                        //
                    Case{"length_and_encoding", Get("Content-Length: 1\r\nTransfer-Encoding: x\r\n"), "400"},  //
                    Case{"empty_length", Get("Content-Length:\r\n"), "400"},                                   //
                    Case{"signed_length", Get("Content-Length: +1\r\n"), "400"},                               //
                    Case{"negative_length", Get("Content-Length: -1\r\n"), "400"},                             //
                    Case{"hexadecimal_length", Get("Content-Length: 0x1\r\n"), "400"},                         //
                    Case{"countless_length", Get("Content-Length: 99999999999999999999\r\n"), "413"},          //
                    Case{"chunked", Get("Transfer-Encoding: chunked\r\n"), "411"},                             //
                    Case{"other_encoding", Get("Transfer-Encoding: gzip, chunked\r\n"), "411"},                //
                    Case{"no_encoding", Get("Transfer-Encoding: identity\r\n"), "411"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Sizes, HeadTest,
    testing::Values(Case{"largest_head", Get("x: " + std::string(kMostOfHeaders - Get("x: \r\n").size(), 'y') + "\r\n"),
                         "whole"},
                    Case{"one_byte_more",
                         Get("x: " + std::string(kMostOfHeaders + 1 - Get("x: \r\n").size(), 'y') + "\r\n")
                             .substr(0, kMostOfHeaders),
                         "431"},
                    Case{"address", "GET /" + std::string(kMostOfHeaders, 'a'), "414"},
                    Case{"method", std::string(kMostOfHeaders, 'G'), "414"}),
    [](const auto& row) { return row.param.name; });

// However it comes: the head is judged the same, and never before it can be.
TEST(Head, IsJudgedTheSameInPieces) {
  const std::string whole = Get("Content-Length: 3\r\nCookie: a=b\r\n");
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(Judged(whole.substr(0, i)), "more") << i;
  EXPECT_EQ(Judged(whole), "whole");
  for (const std::string& wrong : {Get("abc : x\r\n"), Get("Host: b\r\n"), "GET /x HTTP/2.0\r\nHost: a\r\n\r\n"s}) {
    for (std::size_t i = 0; i < wrong.size(); ++i) EXPECT_NE(Judged(wrong.substr(0, i)), "whole") << i << wrong;
    EXPECT_NE(Judged(wrong), "whole") << wrong;
    EXPECT_NE(Judged(wrong), "more") << wrong;
  }
}

TEST(Head, IsRefusedInTheFormOfTheApi) {
  EXPECT_EQ(JudgeHead(Get("a b: c\r\n", "/api/v1/verdicts?x=1")).refusal->content_type, "application/json");
  EXPECT_EQ(JudgeHead(Get("a b: c\r\n", "/verdicts")).refusal->content_type, "text/plain; charset=utf-8");
  EXPECT_TRUE(JudgeHead(Get("a b: c\r\n")).wants_body);
  EXPECT_FALSE(JudgeHead("HEAD /x HTTP/1.1\r\n\r\n").wants_body);
}

}  // namespace policyd::http::head_test
