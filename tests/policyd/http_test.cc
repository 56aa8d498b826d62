#include "policyd/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace policyd::http {
namespace {

Endpoint Loopback(std::uint16_t port) {
  return {.is_unix = false, .host = "127.0.0.1", .port = port};
}

HttpServer::Pages Healthy() {
  return {.metrics = [] { return std::string("sekimori_connections 3\n"); },
          .not_ready = [] { return std::optional<std::string>(); },
          .not_alive = [] { return std::optional<std::string>(); }};
}

std::unique_ptr<HttpServer> StartOrDie(HttpServer::Pages pages) {
  auto server = HttpServer::Start(Loopback(0), std::move(pages));
  EXPECT_TRUE(server.ok());
  return std::move(*server);
}

// Everything that comes back until the server closes.
std::string Exchange(std::uint16_t port, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string reply;
  std::array<char, 4096> bytes{};
  ssize_t count = 0;
  while ((count = recv(fd, bytes.data(), bytes.size(), 0)) > 0) {
    reply.append(bytes.data(), static_cast<std::size_t>(count));
  }
  close(fd);
  return reply;
}

struct Case {
  const char* name;
  std::string method_and_path;
  std::string want_status;
  std::string want_header;
  std::string want_body;
};

class HttpServerTest : public testing::TestWithParam<Case> {};

TEST_P(HttpServerTest, Answers) {
  const auto server = StartOrDie(Healthy());
  const std::string got =
      Exchange(server->port(), GetParam().method_and_path + " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://x\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 " + GetParam().want_status + "\r\n")) << got;
  EXPECT_NE(got.find("\r\n" + GetParam().want_header + "\r\n"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n" + GetParam().want_body)) << got;
  EXPECT_NE(got.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos) << got;
  EXPECT_EQ(got.find("Access-Control-Allow-Origin"), std::string::npos) << got;
}

constexpr const char* kNoPage = "there are /metrics, /healthz and /readyz\n";

INSTANTIATE_TEST_SUITE_P(
    HttpServer, HttpServerTest,
    testing::Values(
        Case{"metrics", "GET /metrics", "200 OK", "Content-Type: text/plain; version=0.0.4; charset=utf-8",
             "sekimori_connections 3\n"},
        Case{"metrics_with_a_query", "GET /metrics?x=1", "200 OK", "Content-Length: 23", "sekimori_connections 3\n"},
        Case{"healthz", "GET /healthz", "200 OK", "Content-Type: text/plain; charset=utf-8", "ok\n"},
        Case{"readyz", "GET /readyz", "200 OK", "Content-Length: 3", "ok\n"},
        Case{"root", "GET /", "404 Not Found", "Connection: close", kNoPage},
        Case{"below_a_page", "GET /metrics/x", "404 Not Found", "Connection: close", kNoPage},
        Case{"no_file", "GET /../../etc/passwd", "404 Not Found", "Connection: close", kNoPage},
        Case{"post", "POST /metrics", "405 Method Not Allowed", "Allow: GET", "only GET is answered\n"},
        Case{"put", "PUT /x", "405 Method Not Allowed", "Allow: GET", "only GET is answered\n"},
        Case{"delete", "DELETE /healthz", "405 Method Not Allowed", "Allow: GET", "only GET is answered\n"},
        Case{"options", "OPTIONS /metrics", "405 Method Not Allowed", "Allow: GET", "only GET is answered\n"}),
    [](const auto& row) { return row.param.name; });

TEST(HttpServer, SaysWhyItIsNotReady) {
  HttpServer::Pages pages = Healthy();
  pages.not_ready = [] { return std::optional<std::string>("stores are not open"); };
  const auto server = StartOrDie(std::move(pages));
  const std::string got = Exchange(server->port(), "GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\nstores are not open\n")) << got;
  EXPECT_TRUE(Exchange(server->port(), "GET /healthz HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nok\n"));
}

TEST(HttpServer, IsReadyThoughDegradedAndSaysSo) {
  HttpServer::Pages pages = Healthy();
  pages.degraded = [] { return std::optional<std::string>("lists/ were gone"); };
  const auto server = StartOrDie(std::move(pages));
  const std::string got = Exchange(server->port(), "GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\ndegraded: lists/ were gone\n")) << got;
}

TEST(HttpServer, NamesTheAddressWhereItIsInUse) {
  const auto server = StartOrDie(Healthy());
  const auto second = HttpServer::Start(Loopback(server->port()), Healthy());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(server->port())), std::string::npos)
      << second.error().message;
}

TEST(HttpServer, FreesItsPortWhenItEnds) {
  std::uint16_t port = 0;
  {
    const auto server = StartOrDie(Healthy());
    port = server->port();
  }
  EXPECT_TRUE(HttpServer::Start(Loopback(port), Healthy()).ok());
}

}  // namespace
}  // namespace policyd::http
