#include "policyd/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/http/health.h"
#include "policyd/http/wire/connections.h"
#include "tests/support/http_socket.h"
#include "tests/support/temp_directory.h"

namespace policyd::http::server_test {

using support::ConnectSocket;
using support::ConnectTo;
using support::Exchange;
using support::ExchangeOn;
using support::kPatience;
using support::Loopback;
using support::OpenOrDie;
using support::Settings;

HealthSources Healthy() {
  return {.metrics = [] { return std::string("sekimori_connections 3\n"); },
          .not_ready = [] { return std::optional<std::string>(); },
          .not_alive = [] { return std::optional<std::string>(); }};
}

std::unique_ptr<HttpServer> StartOrDie(const HealthSources& sources) {
  return support::StartOrDie(HealthRoutes(sources));
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
  for (const char* header :
       {"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Cache-Control: no-store",
        "X-Frame-Options: DENY", "Cross-Origin-Resource-Policy: same-origin"}) {
    EXPECT_NE(got.find(std::string("\r\n") + header + "\r\n"), std::string::npos) << header << " in " << got;
  }
  EXPECT_EQ(got.find("Access-Control-Allow-Origin"), std::string::npos) << got;
}

constexpr const char* kNoPage = "there is no such page\n";
constexpr const char* kOnlyGet = "expected one of the methods GET, HEAD\n";

INSTANTIATE_TEST_SUITE_P(
    HttpServer, HttpServerTest,
    testing::Values(Case{"metrics", "GET /metrics", "200 OK", "Content-Type: text/plain; version=0.0.4; charset=utf-8",
                         "sekimori_connections 3\n"},
                    Case{"metrics_with_a_query", "GET /metrics?x=1", "200 OK", "Content-Length: 23",
                         "sekimori_connections 3\n"},
                    Case{"healthz", "GET /healthz", "200 OK", "Content-Type: text/plain; charset=utf-8", "ok\n"},
                    Case{"readyz", "GET /readyz", "200 OK", "Content-Length: 3", "ok\n"},
                    Case{"root", "GET /", "404 Not Found", "Connection: close", kNoPage},
                    Case{"below_a_page", "GET /metrics/x", "404 Not Found", "Connection: close", kNoPage},
                    Case{"no_file", "GET /../../etc/passwd", "404 Not Found", "Connection: close", kNoPage},
                    Case{"post", "POST /metrics", "405 Method Not Allowed", "Allow: GET, HEAD", kOnlyGet},
                    Case{"put", "PUT /x", "404 Not Found", "Connection: close", kNoPage},
                    Case{"delete", "DELETE /healthz", "405 Method Not Allowed", "Allow: GET, HEAD", kOnlyGet},
                    Case{"options", "OPTIONS /metrics", "405 Method Not Allowed", "Allow: GET, HEAD", kOnlyGet}),
    [](const auto& row) { return row.param.name; });

TEST(HttpServer, SaysWhyItIsNotReady) {
  HealthSources pages = Healthy();
  pages.not_ready = [] { return std::optional<std::string>("stores are not open"); };
  const auto server = StartOrDie(pages);
  const std::string got = Exchange(server->port(), "GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\nstores are not open\n")) << got;
  EXPECT_TRUE(Exchange(server->port(), "GET /healthz HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nok\n"));
}

TEST(HttpServer, IsReadyThoughDegradedAndSaysSo) {
  HealthSources pages = Healthy();
  pages.degraded = [] { return std::optional<std::string>("lists/ were gone"); };
  const auto server = StartOrDie(pages);
  const std::string got = Exchange(server->port(), "GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\ndegraded: lists/ were gone\n")) << got;
}

TEST(HttpServer, FreesItsPortWhenItEnds) {
  std::uint16_t port = 0;
  {
    const auto server = StartOrDie(Healthy());
    port = server->port();
  }
  EXPECT_TRUE(HttpServer::Start(OpenOrDie(Loopback(port)), HealthRoutes(Healthy()), Settings()).ok());
}

std::string GetFrom(int fd, const std::string& path) {
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string reply(4096, '\0');
  const ssize_t count = recv(fd, reply.data(), reply.size(), MSG_WAITALL);
  reply.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return reply;
}

TEST(HttpServer, ServesIpv6AndUnixSockets) {
  const auto v6 =
      HttpServer::Start(OpenOrDie({.is_unix = false, .host = "::1", .port = 0}), HealthRoutes(Healthy()), Settings());
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_addr = in6addr_loopback;
  in6.sin6_port = htons((*v6)->port());
  const int to_v6 = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(to_v6, reinterpret_cast<const sockaddr*>(&in6), sizeof in6), 0);
  EXPECT_TRUE(GetFrom(to_v6, "/healthz").ends_with("\r\n\r\nok\n"));
  close(to_v6);

  const support::TempDirectory directory;
  const std::string path = directory / "http";
  const auto local = HttpServer::Start(OpenOrDie({.is_unix = true, .host = path}), HealthRoutes(Healthy()), Settings());
  EXPECT_EQ((*local)->port(), 0);
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, path.size());
  const int to_unix = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(to_unix, reinterpret_cast<const sockaddr*>(&un), sizeof un), 0);
  EXPECT_TRUE(GetFrom(to_unix, "/healthz").ends_with("\r\n\r\nok\n"));
  close(to_unix);
}

// Connections that begin a request and say no more.
class HalfOpen {
 public:
  HalfOpen(std::uint16_t port, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      fds_.push_back(ConnectTo(port));
      EXPECT_EQ(send(fds_.back(), "GET /metrics HTTP/1.1\r\nX: ", 26, MSG_NOSIGNAL), 26);
    }
  }
  ~HalfOpen() {
    for (const int fd : fds_) close(fd);
  }
  HalfOpen(const HalfOpen&) = delete;
  HalfOpen& operator=(const HalfOpen&) = delete;

  const std::vector<int>& fds() const { return fds_; }

 private:
  std::vector<int> fds_;
};

// 50 half-open clients used to hold /metrics for more than 10 s, as each kept one of four threads.
TEST(HttpServer, HalfOpenClientsHoldNobodyUp) {
  const auto server = StartOrDie(Healthy());
  for (const std::size_t count : {std::size_t{50}, 2 * HttpServer::kMostConnections}) {
    const HalfOpen others(server->port(), count);
    for (const char* page : {"/metrics", "/healthz"}) {
      const auto began = std::chrono::steady_clock::now();
      const std::string got = Exchange(server->port(), std::string("GET ") + page + " HTTP/1.0\r\n\r\n");
      EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
      const auto took = std::chrono::steady_clock::now() - began;
      EXPECT_LT(took, kPatience / 2) << count << " half-open";
      std::cout << "MEASURED: " << page << " beside " << count
                << " half-open: " << std::chrono::duration_cast<std::chrono::microseconds>(took).count() << " us\n";
    }
  }
}

// However slowly it goes on.
TEST(HttpServer, GivesUpWhoDripsARequest) {
  const auto server = StartOrDie(Healthy());
  const HalfOpen slow(server->port(), 1);
  const int fd = slow.fds().front();
  const auto began = std::chrono::steady_clock::now();
  char byte = 'a';
  pollfd wait{fd, POLLIN, 0};
  while (poll(&wait, 1, 100) == 0) send(fd, &byte, 1, MSG_NOSIGNAL);
  EXPECT_LE(recv(fd, &byte, 1, 0), 0);
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took, kPatience - std::chrono::milliseconds{200});
  EXPECT_LT(took, 2 * kPatience);
}

TEST(HttpServer, ABodyThatDoesNotComeIsNotWaitedFor) {
  const auto server = StartOrDie(Healthy());
  const auto began = std::chrono::steady_clock::now();
  const std::string got =
      Exchange(server->port(), "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 405 ")) << got;
  EXPECT_LT(std::chrono::steady_clock::now() - began, kPatience / 2);
}

// The policy port and DNS may have taken all descriptors.
TEST(HttpServer, AnswersWithoutADescriptorLeft) {
  const auto server = StartOrDie(Healthy());
  const int fd = ConnectSocket();
  std::vector<int> all;
  for (int more = dup(0); more >= 0; more = dup(0)) all.push_back(more);
  ASSERT_EQ(errno, EMFILE);
  EXPECT_TRUE(ExchangeOn(fd, server->port(), "GET /healthz HTTP/1.0\r\n\r\n").ends_with("ok\n"));
  for (const int more : all) close(more);
}

TEST(Connections, ThePeerWithTheMostLosesItsOldest) {
  std::array<int, 2> first{}, second{}, third{};
  for (auto* pair : {&first, &second, &third}) ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair->data()), 0);
  Connections connections;
  connections.Add(first[0], "honest", {});
  connections.Add(second[0], "greedy", {});
  connections.Add(third[0], "greedy", {});
  connections.GiveUpOne();
  const auto has_ended = [](int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
  };
  EXPECT_FALSE(has_ended(first[1]));
  EXPECT_TRUE(has_ended(second[1]));
  EXPECT_FALSE(has_ended(third[1]));
  for (const auto& pair : {first, second, third}) {
    for (const int fd : pair) close(fd);
  }
}

}  // namespace policyd::http::server_test
