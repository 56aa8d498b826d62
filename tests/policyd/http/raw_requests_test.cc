// Raw requests, well formed and not, as they leave a socket: each is answered once, by us, with our headers; or the
// connection is closed without a word.
#include <netinet/tcp.h>

#include <string>

#include <gtest/gtest.h>

#include "policyd/http/server.h"
#include "tests/support/http_socket.h"

namespace policyd::http::raw_requests_test {

using namespace std::string_literals;

constexpr std::chrono::minutes kLong{2};

struct Raw {
  const char* name;
  std::string bytes;
  std::string want_status;  // "": closed without a word
};

std::vector<Route> Routes() {
  const auto answer = [](const HttpRequest& request) { return HttpResponse{.body = "[" + request.body + "]"}; };
  return {{.method = "GET", .path = "/page", .answer = answer},
          {.method = "POST", .path = "/api/v1/form", .access = Route::Access::kAnybody, .answer = answer}};
}

std::string Get(const std::string& lines, const std::string& target = "/page") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
}

std::string Post(const std::string& lines, const std::string& body) {
  return "POST /api/v1/form HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n" + body;
}

std::string Repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class RawRequests : public testing::TestWithParam<Raw> {};

TEST_P(RawRequests, AreAnsweredOnceAndByUs) {
  const auto server = support::StartOrDie(Routes(), support::Settings({}, kLong));
  const std::string got = support::Exchange(server->port(), GetParam().bytes);
  if (GetParam().want_status.empty()) {
    EXPECT_EQ(got, "");
    return;
  }
  const std::size_t status = got.starts_with("HTTP/1.1 100 Continue\r\n\r\n") ? 25 : 0;
  EXPECT_EQ(got.substr(status, 12), "HTTP/1.1 " + GetParam().want_status) << got.substr(0, 500);
  EXPECT_EQ(Count("\n" + got, "\nHTTP/1.1 "), status == 0 ? 1U : 2U) << got.substr(0, 500);
  for (const char* header :
       {"Content-Security-Policy: default-src 'none'; ", "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n", "X-Frame-Options: DENY\r\n",
        "Cross-Origin-Resource-Policy: same-origin\r\n", "Connection: close\r\n", "Content-Length: ", "Date: "}) {
    EXPECT_EQ(Count(got, std::string("\r\n") + header), 1U) << header << got.substr(0, 900);
  }
  EXPECT_EQ(got.find("<html"), std::string::npos) << got.substr(0, 500);
  const std::string body = got.substr(got.find("\r\n\r\n", status) + 4);
  EXPECT_NE(got.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"), std::string::npos) << got;
  const bool is_api_error = GetParam().bytes.find(" /api/") != std::string::npos && GetParam().want_status != "200";
  EXPECT_TRUE(!is_api_error || body.starts_with("{\"error\":{\"code\":\"")) << body;
}

INSTANTIATE_TEST_SUITE_P(
    HttpServer, RawRequests,
    testing::Values(Raw{"plain", Get(""), "200"},                                                  //
                    Raw{"no_host", "GET /page HTTP/1.1\r\n\r\n", "400"},                           //
                    Raw{"no_host_for_the_api", "POST /api/v1/form HTTP/1.1\r\n\r\n", "400"},       //
                    Raw{"two_hosts", Get("Host: localhost\r\n"), "400"},                           //
                    Raw{"other_version", "GET /page HTTP/9.9\r\nHost: localhost\r\n\r\n", "505"},  //
                    Raw{"http_0_9", "GET /page\r\n\r\n", "400"},                                   //
                    Raw{"tls", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"s, "400"},                //
                    Raw{"line_feeds", "GET /page HTTP/1.0\n\n", "400"},                            //
                    Raw{"no_colon", Get("abc\r\n"), "400"},                                        //
                    Raw{"folded", Get("a: b\r\n c\r\n"), "400"},                                   //
                    Raw{"nul_in_the_path", Get("", "/pa\0ge"s), "400"},                            //
                    Raw{"nul_in_a_header", Get("x: a\0b\r\n"s), "400"},                            //
                    Raw{"two_lengths", Post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), "400"},
                    Raw{"length_twice_in_one", Post("Content-Length: 1, 1\r\n", "a"), "400"},  //
                    Raw{"length_that_is_none", Post("Content-Length: x\r\n", ""), "400"},      //
                    Raw{"countless_length", Post("Content-Length: 99999999999999999999\r\n", ""), "413"},
                    Raw{"length_and_encoding", Post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                        "400"},
                    Raw{"chunked", Post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\n\r\n"), "411"},
                    Raw{"chunks_that_are_none", Post("Transfer-Encoding: chunked\r\n", "zz\r\n\r\n"), "411"},
                    Raw{"endless_chunk", Post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffffff\r\n"), "411"},
                    Raw{"long_chunked", Post("Transfer-Encoding: chunked\r\n", std::string(4'000'000, 'x')), "411"},
                    Raw{"other_encoding", Post("Transfer-Encoding: gzip\r\n", "x"), "411"},  //
                    Raw{"body", Post("Content-Length: 3\r\n", "abc"), "200"},                //
                    Raw{"expected_body", Post("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"), "200"},
                    Raw{"many_parameters", Get("", "/page?" + std::string(7000, '&')), "200"},      //
                    Raw{"many_named_parameters", Get("", "/page?" + Repeated("a&", 4000)), "200"},  //
                    Raw{"many_headers", Get(Repeated("a:\r\n", 2000)), "200"},                      //
                    Raw{"many_cookies", Get("Cookie: " + Repeated("a;", 4000) + "\r\n"), "200"},    //
                    Raw{"long_address", Get("", "/" + std::string(300'000, 'a')), "414"},           //
                    Raw{"long_header", Get("x: " + std::string(300'000, 'a') + "\r\n"), "431"},     //
                    Raw{"too_many_headers", Get(Repeated("a:b\r\n", 60'000)), "431"},               //
                    Raw{"long_method", std::string(300'000, 'G') + " /page HTTP/1.1\r\n\r\n", "414"},
                    Raw{"absolute_address", Get("", "http://localhost/page"), "400"},  //
                    Raw{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"}),
    [](const auto& row) { return row.param.name; });

// It is ended by its sender, or not at all.
TEST(RawRequestsHalf, AreClosedWithoutAWord) {
  const auto server = support::StartOrDie(Routes(), support::Settings({}, kLong));
  for (const std::string& half : {""s, "\r\n\r\n"s, "GET /page HTTP/1.1\r\nHos"s}) {
    const int fd = support::ConnectTo(server->port());
    support::Send(fd, half);
    shutdown(fd, SHUT_WR);
    EXPECT_EQ(support::ReceiveAll(fd), "") << half;
  }
}

// What is thrown away has an end, however long the client goes on.
TEST(RawRequestsHalf, AreNotReadForEver) {
  const auto server = support::StartOrDie(Routes(), support::Settings({}, kLong));
  const int fd = support::ConnectTo(server->port());
  support::Send(fd, "GET /page HTTP/1.1\r\n\r\n");
  const std::string more(1024 * 1024, 'x');
  std::size_t sent = 0;
  while (sent < 128 * more.size()) {
    const ssize_t count = send(fd, more.data(), more.size(), MSG_NOSIGNAL);
    if (count < 0) break;
    sent += static_cast<std::size_t>(count);
  }
  close(fd);
  EXPECT_GE(sent, 16 * more.size());
  EXPECT_LT(sent, 128 * more.size());
}

TEST(RawRequestsHalf, AnAnswerToHeadHasNoBody) {
  const auto server = support::StartOrDie(Routes(), support::Settings({}, kLong));
  const std::string got = support::Exchange(server->port(), "HEAD /page HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n")) << got;
}

// A byte at a time, as a slow line brings it.
TEST(RawRequestsHalf, ComeInPieces) {
  const auto server = support::StartOrDie(Routes(), support::Settings({}, kLong));
  const int fd = support::ConnectTo(server->port());
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (const char byte : Post("Content-Length: 3\r\n", "abc")) support::Send(fd, std::string(1, byte));
  const std::string got = support::ReceiveAll(fd);
  EXPECT_TRUE(got.ends_with("\r\n\r\n[abc]")) << got;
}

}  // namespace policyd::http::raw_requests_test
