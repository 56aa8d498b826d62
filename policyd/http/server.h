// The HTTP server: /metrics, /healthz and /readyz; it serves no files.
//
// Start() binds before it returns.  The pages are called from the server's own threads, several at a time, until the
// destructor returns.  IPv4 only where the system's civetweb was built so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "policyd/config.h"
#include "rules/result.h"

struct mg_context;
struct mg_connection;

namespace policyd::http {

class HttpServer {
 public:
  struct Pages {
    std::function<std::string()> metrics;                   // Prometheus text format
    std::function<std::optional<std::string>()> not_ready;  // why not, in one line; nothing where ready
    // What it is ready in spite of, in one line.  The answer stays 200: mail goes on, and who takes us out of service
    // for less than that stops it.
    std::function<std::optional<std::string>()> degraded{};
    std::function<std::optional<std::string>()> not_alive;  // likewise
  };

  // An error where the address is in use or cannot be bound.  Port 0 takes any that is free.
  static rules::Result<std::unique_ptr<HttpServer>> Start(const Endpoint& listen, Pages pages);

  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The port that is bound.
  std::uint16_t port() const;

 private:
  HttpServer(std::string host, Pages pages) : host_(std::move(host)), pages_(std::move(pages)) {}

  static int Answer(mg_connection* connection);

  const std::string host_;
  const Pages pages_;
  mg_context* context_ = nullptr;
};

}  // namespace policyd::http
