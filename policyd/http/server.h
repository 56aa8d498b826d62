// The HTTP server: /metrics, /healthz and /readyz; it serves no files.
//
// One thread waits for all connections, so a client that sends nothing, or a byte a second, holds nobody up: a request
// that is not answered 5 s after its connection began is given up, and of too many connections the peer with the most
// loses its oldest.  libmicrohttpd reads and writes HTTP; its answer is the last of its connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "policyd/serve/listener.h"
#include "rules/values/result.h"

namespace policyd::http {

struct Pages {
  std::function<std::string()> metrics;                   // Prometheus text format
  std::function<std::optional<std::string>()> not_ready;  // why not, in one line; nothing where ready
  // What it is ready in spite of, in one line.  The answer stays 200: mail goes on, and who takes us out of service
  // for less than that stops it.
  std::function<std::optional<std::string>()> degraded{};
  std::function<std::optional<std::string>()> not_alive;  // likewise
};

class HttpServer {
 public:
  // The pages are called from the server's own thread until the destructor returns.
  static rules::Result<std::unique_ptr<HttpServer>> Start(serve::ListeningSocket socket, Pages pages);

  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that is bound; 0 of a UNIX socket.
  std::uint16_t port() const;

  static constexpr std::size_t kMostConnections = 64;
  static constexpr std::chrono::seconds kPatience{5};

 private:
  class Serving;
  explicit HttpServer(std::unique_ptr<Serving> serving);

  std::unique_ptr<Serving> serving_;
};

}  // namespace policyd::http
