// What routes beside the server's thread get and give, and that nothing waits for them.
#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "policyd/http/server.h"
#include "tests/support/http_socket.h"

namespace policyd::http::server_pages_test {

using support::Exchange;
using support::Get;
using support::StartOrDie;

constexpr std::chrono::minutes kLong{2};

// Answers that wait until the test opens the gate, or the server ends.
class Gate {
 public:
  ~Gate() { Open(); }
  void Open() {
    {
      const std::lock_guard lock(mutex_);
      is_open_ = true;
    }
    changed_.notify_all();
  }
  HttpResponse Pass(const HttpRequest& request) {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    const bool is_open = changed_.wait(lock, request.stop, [this] { return is_open_; });
    --inside_;
    return {.body = is_open ? "passed" : "stopped"};
  }
  void AwaitInside(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kLong, [&] { return inside_ == count; })) << inside_ << " instead of " << count;
  }
  std::size_t inside() {
    const std::lock_guard lock(mutex_);
    return inside_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t inside_ = 0;
  bool is_open_ = false;
};

std::vector<Route> GatedRoutes(Gate& gate) {
  const auto pass = [&gate](const HttpRequest& request) { return gate.Pass(request); };
  return {{.method = "GET", .path = "/page", .answer = pass},
          {.method = "GET", .path = "/long", .is_long = true, .answer = pass},
          {.method = "GET",
           .path = "/metrics",
           .answer = [](const auto&) { return HttpResponse{.body = "figures"}; },
           .is_quick = true}};
}

std::vector<int> Ask(std::uint16_t port, const std::string& path, std::size_t count) {
  std::vector<int> fds;
  for (std::size_t i = 0; i < count; ++i) {
    fds.push_back(support::ConnectTo(port));
    support::Send(fds.back(), "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  return fds;
}

void ExpectAllPass(const std::vector<int>& fds) {
  for (const int fd : fds) {
    const std::string got = support::ReceiveAll(fd);
    EXPECT_TRUE(got.ends_with("\r\n\r\npassed")) << got;
  }
}

// Sixteen pages are more than there are threads for them.
TEST(HttpServerPages, AreNotWaitedForByAScrape) {
  Gate gate;
  const auto server = StartOrDie(GatedRoutes(gate));
  auto waiting = Ask(server->port(), "/page", 16);
  const auto more = Ask(server->port(), "/long", HttpServer::kMostLong);
  waiting.insert(waiting.end(), more.begin(), more.end());
  gate.AwaitInside(4 + HttpServer::kMostLong);
  EXPECT_TRUE(Get(server->port(), "/metrics").ends_with("\r\n\r\nfigures"));
  EXPECT_EQ(gate.inside(), 4 + HttpServer::kMostLong);
  gate.Open();
  ExpectAllPass(waiting);
}

TEST(HttpServerPages, LongOnesAreEightAtATime) {
  Gate gate;
  const auto server = StartOrDie(GatedRoutes(gate));
  const auto waiting = Ask(server->port(), "/long", HttpServer::kMostLong);
  gate.AwaitInside(HttpServer::kMostLong);
  const std::string got = Get(server->port(), "/long");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503 ")) << got;
  EXPECT_NE(got.find("\r\nRetry-After: 5\r\n"), std::string::npos) << got;
  gate.Open();
  ExpectAllPass(waiting);
  EXPECT_TRUE(Get(server->port(), "/long").ends_with("\r\n\r\npassed"));
}

// A scrape still finds a place when each page that may wait does.
TEST(HttpServerPages, OfTooManyTheLastAreRefused) {
  Gate gate;
  const auto server = StartOrDie(GatedRoutes(gate), support::Settings({}, kLong));
  const auto waiting = Ask(server->port(), "/page", HttpServer::kMostPages);
  const std::string got = Get(server->port(), "/page");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 503 ")) << got;
  EXPECT_TRUE(Get(server->port(), "/metrics").ends_with("\r\n\r\nfigures"));
  gate.Open();
  ExpectAllPass(waiting);
}

// However long the making of an answer takes, its client is not given up.
TEST(HttpServerPages, AnAnswerInTheMakingOutlastsPatience) {
  Gate gate;
  const auto server = StartOrDie(GatedRoutes(gate));
  const auto waiting = Ask(server->port(), "/long", 1);
  gate.AwaitInside(1);
  // This one is given up, and came later.
  const int idle = support::ConnectTo(server->port());
  EXPECT_EQ(support::ReceiveAll(idle), "");
  gate.Open();
  ExpectAllPass(waiting);
}

std::vector<Route> EchoRoutes() {
  const auto echo = [](const HttpRequest& request) {
    std::string body = request.method + " " + request.path + " rest=" + request.rest;
    for (const auto& [name, value] : request.query) body.append(" ").append(name).append("=").append(value);
    return HttpResponse{.body = body + " [" + request.body + "]" + (request.has_token ? " token" : "") +
                                (request.peer ? " " + request.peer->ToString() : "")};
  };
  return {{.method = "GET", .path = "/echo/", .answer = echo},
          {.method = "POST", .path = "/echo/", .access = Route::Access::kChanger, .answer = echo},
          {.method = "POST", .path = "/api/echo", .access = Route::Access::kChanger, .answer = echo}};
}

constexpr const char* kToken = "0123456789abcdef";

std::string Post(const std::string& path, const std::string& body, const std::string& headers = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + kToken + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpServerPages, EndWithTheServer) {
  Gate gate;
  auto server = StartOrDie(GatedRoutes(gate));
  auto waiting = Ask(server->port(), "/long", 2);
  const auto pages = Ask(server->port(), "/page", 16);
  waiting.insert(waiting.end(), pages.begin(), pages.end());
  gate.AwaitInside(2 + 4);
  server.reset();
  EXPECT_EQ(gate.inside(), 0U);
  std::size_t stopped = 0, refused = 0;
  for (const int fd : waiting) {
    const std::string got = support::ReceiveAll(fd);
    if (got.ends_with("\r\n\r\nstopped")) ++stopped;
    if (got.starts_with("HTTP/1.1 503 ") && got.find("\r\nRetry-After: ") != std::string::npos) ++refused;
  }
  EXPECT_EQ(stopped, 2U + 4U) << "what was being made is answered";
  EXPECT_EQ(refused, 16U - 4U) << "what waited is not begun";
}

// A change that was made is told as one, though the server ends meanwhile.
TEST(HttpServerPages, AChangeUnderWayIsMadeAndTold) {
  std::latch begun{1}, ends{1};
  bool is_made = false;
  std::vector<Route> routes = EchoRoutes();
  routes.push_back({.method = "POST", .path = "/change", .access = Route::Access::kChanger, .answer = [&](const auto&) {
                      begun.count_down();
                      ends.wait();
                      is_made = true;
                      return HttpResponse{.body = "made"};
                    }});
  auto server = StartOrDie(std::move(routes), support::Settings({.token = kToken}));
  const int asker = support::ConnectTo(server->port());
  support::Send(asker, Post("/change", ""));
  begun.wait();
  server->BeginStop();
  EXPECT_TRUE(Exchange(server->port(), Post("/echo/", "x")).starts_with("HTTP/1.1 503 ")) << "none begins";
  ends.count_down();
  server.reset();
  EXPECT_TRUE(is_made);
  EXPECT_TRUE(support::ReceiveAll(asker).ends_with("\r\n\r\nmade"));
}

TEST(HttpServerPages, GetWhatWasAskedFor) {
  const auto server = StartOrDie(EchoRoutes(), support::Settings({.token = kToken}));
  const std::string got = Get(server->port(), "/echo/a%20b?client=192.0.2.1&x=%e3%81%82");
  EXPECT_TRUE(got.ends_with("\r\n\r\nGET /echo/a b rest=a b client=192.0.2.1 x=\xe3\x81\x82 [] 127.0.0.1")) << got;
}

TEST(HttpServerPages, GetTheWholeBody) {
  const auto server = StartOrDie(EchoRoutes(), support::Settings({.token = kToken}));
  const std::string body(64 * 1024, 'x');
  const std::string got = Exchange(server->port(), Post("/echo/", body));
  EXPECT_TRUE(got.ends_with("[" + body + "] token 127.0.0.1")) << got.substr(0, 200);
}

TEST(HttpServerPages, HeadIsAnsweredWithoutTheBody) {
  const auto server = StartOrDie(EchoRoutes());
  const std::string got = Exchange(server->port(), "HEAD /echo/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 ")) << got;
  EXPECT_NE(got.find("\r\nContent-Length: 29\r\n"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n")) << got;
}

TEST(HttpServerPages, ABrokenOneEndsNothing) {
  std::vector<Route> routes = EchoRoutes();
  const auto fails = [](const HttpRequest&) -> HttpResponse { return {.body = std::string().substr(1)}; };
  routes.push_back({.method = "GET", .path = "/page", .answer = fails});
  routes.push_back({.method = "GET", .path = "/quick", .answer = fails, .is_quick = true});
  std::atomic<std::size_t> told = 0;
  ServerSettings settings = support::Settings();
  settings.failed = [&told](const HttpRequest&, std::string_view) { ++told; };
  const auto server = StartOrDie(std::move(routes), std::move(settings));
  for (const char* path : {"/page", "/quick"}) {
    EXPECT_TRUE(Get(server->port(), path).starts_with("HTTP/1.1 500 ")) << path;
  }
  EXPECT_EQ(told, 2U);
  EXPECT_TRUE(Get(server->port(), "/echo/").starts_with("HTTP/1.1 200 "));
}

struct TooMuch {
  const char* name;
  std::string request;
  const char* want_status;
};

class HttpServerTooMuch : public testing::TestWithParam<TooMuch> {};

// The client sends all of it before it reads.
TEST_P(HttpServerTooMuch, IsRefused) {
  const auto server = StartOrDie(EchoRoutes(), support::Settings({.token = kToken}, kLong));
  const std::string got = Exchange(server->port(), GetParam().request);
  EXPECT_TRUE(got.starts_with(std::string("HTTP/1.1 ") + GetParam().want_status)) << got.substr(0, 300);
  EXPECT_NE(got.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos) << got.substr(0, 300);
}

std::string Chunked(const std::string& body) {
  std::string text = "POST /echo/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + std::string(kToken) +
                     "\r\nTransfer-Encoding: chunked\r\n\r\n";
  constexpr std::size_t kChunk = 0x1000;
  for (std::size_t i = 0; i < body.size(); i += kChunk) text += "1000\r\n" + body.substr(i, kChunk) + "\r\n";
  return text + "0\r\n\r\n";
}

std::string ManyHeaders() {
  std::string text = "GET /echo/ HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 0; i < 2000; ++i) text += "a:b\r\n";
  return text + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    HttpServer, HttpServerTooMuch,
    testing::Values(TooMuch{"body", Post("/echo/", std::string(64 * 1024 + 1, 'x')), "413 "},
                    TooMuch{"long_body", Post("/echo/", std::string(8 * 1024 * 1024, 'x')), "413 "},
                    TooMuch{"chunked_body", Chunked(std::string(20 * 0x1000, 'x')), "411 "},
                    TooMuch{"body_for_no_page", Post("/nowhere", std::string(8 * 1024 * 1024, 'x')), "404 "},
                    TooMuch{"body_that_is_announced",
                            "POST /echo/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 0123456789abcdef\r\n"
                            "Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n",
                            "413 "},
                    TooMuch{"header", "GET /echo/ HTTP/1.1\r\nHost: a\r\nx: " + std::string(8192, 'x') + "\r\n\r\n",
                            "431 "},
                    TooMuch{"long_header",
                            "GET /echo/ HTTP/1.1\r\nHost: a\r\nx: " + std::string(100'000, 'x') + "\r\n\r\n", "431 "},
                    TooMuch{"headers", ManyHeaders(), "431 "},
                    TooMuch{"address", "GET /echo/" + std::string(8192, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "414 "}),
    [](const auto& row) { return row.param.name; });

TEST(HttpServerPages, HeadersOfNearlyEightKibAreTaken) {
  const auto server = StartOrDie(EchoRoutes());
  std::string request = "GET /echo/ HTTP/1.1\r\nHost: localhost\r\n";
  while (request.size() < 8000) request += "abcdefgh: 1\r\n";
  const std::string got = Exchange(server->port(), request + "\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 ")) << got;
}

TEST(HttpServerPages, ErrorsOfTheApiAreJson) {
  const auto server = StartOrDie(EchoRoutes(), support::Settings({.token = kToken}));
  const std::string got = Get(server->port(), "/api/v1/nothing");
  EXPECT_TRUE(got.ends_with("\r\n\r\n{\"error\":{\"code\":\"not_found\",\"message\":\"there is no such page\"}}\n"))
      << got;
  EXPECT_NE(got.find("\r\nContent-Type: application/json\r\n"), std::string::npos) << got;
}

// What an intermediary might take for the next request is never one.
TEST(HttpServerPages, AConnectionBringsOneRequest) {
  const auto server = StartOrDie(EchoRoutes());
  const std::string one = "GET /echo/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string got = Exchange(server->port(), one + one);
  EXPECT_EQ(got.find("HTTP/1.1 200", 1), std::string::npos) << got;
}

TEST(HttpServerPages, TenWrongTokensAreOneTooMany) {
  std::size_t told = 0;
  ServerSettings settings = support::Settings({.token = kToken});
  settings.locked_out = [&told](const HttpRequest&) { ++told; };
  const auto server = StartOrDie(EchoRoutes(), std::move(settings));
  const auto ask = [&server](const std::string& token) {
    return Exchange(server->port(),
                    "GET /echo/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
  };
  EXPECT_TRUE(ask(kToken).starts_with("HTTP/1.1 200 "));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask("0123456789abcdeg").starts_with("HTTP/1.1 401 ")) << i;
  const std::string got = ask("0123456789abcdeg");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 429 ")) << got;
  EXPECT_NE(got.find("\r\nRetry-After: "), std::string::npos) << got;
  EXPECT_TRUE(ask(kToken).starts_with("HTTP/1.1 429 "));
  EXPECT_EQ(told, 1U);
}

}  // namespace policyd::http::server_pages_test
