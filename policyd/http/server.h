// The HTTP server: reads requests, limits and checks them, and has the routes answer.
//
// One thread waits for all connections, so a client that sends nothing, or a byte a second, holds nobody up: a request
// that has not come whole after 10 s is given up, and so is an answer that is not taken in 10 s; of too many
// connections the peer with the most loses its oldest.  Quick routes are answered on that thread, all others on a few
// beside it: pages by four, long ones by at most eight at a time; what is too much gets 503 with Retry-After.
//
// libmicrohttpd reads and writes HTTP, but only of a request whose head we have found well formed (arrivals.h): what it
// refuses itself it answers in HTML and without our headers.  A connection brings one request: its answer says
// "Connection: close", so no body that is not read can be taken for the next request, and an idle client holds no
// place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "policyd/http/access.h"
#include "policyd/http/exchange.h"
#include "policyd/serve/listener.h"
#include "rules/values/result.h"

namespace policyd::http {

struct ServerSettings {
  // Those in force now; asked for with each request, from the server's thread.
  std::function<std::shared_ptr<const config::HttpAccess>()> access;
  // An address sent too many wrong tokens.  Once a minute and address at most, from the server's thread.
  std::function<void(const HttpRequest&)> locked_out{};
  // A route threw this.  From any thread.
  std::function<void(const HttpRequest&, std::string_view)> failed{};
  // Who is told that there is no such page; all others are refused as by a page.
  Route::Access missing = Route::Access::kReader;
  std::chrono::milliseconds patience{10'000};
};

class HttpServer {
 public:
  // Routes are called until the destructor returns.
  static rules::Result<std::unique_ptr<HttpServer>> Start(serve::ListeningSocket socket, std::vector<Route> routes,
                                                          ServerSettings settings);

  // BeginStop(), then waits for the answers under way; nobody else is waited for.
  ~HttpServer();
  // Asks answers under way to stop (HttpRequest::stop): of several servers all, before one is waited for.
  void BeginStop();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that is bound; 0 of a UNIX socket.
  std::uint16_t port() const;

  static constexpr std::size_t kMostConnections = 64;
  static constexpr std::size_t kMostLong = 8;
  static constexpr std::size_t kMostPages = 32;  // made or waiting to be made

 private:
  class Serving;
  explicit HttpServer(std::unique_ptr<Serving> serving);

  std::unique_ptr<Serving> serving_;
};

}  // namespace policyd::http
