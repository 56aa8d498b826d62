#include "policyd/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>

#include <civetweb.h>
#include <fmt/format.h>

namespace policyd::http {
namespace {

struct Reply {
  int status = 200;
  std::string_view reason = "OK";
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body;
};

Reply HealthReply(const std::function<std::optional<std::string>()>& why_not) {
  if (auto why = why_not()) return {.status = 503, .reason = "Service Unavailable", .body = *std::move(why) + "\n"};
  return {.body = "ok\n"};
}

Reply ReadyReply(const HttpServer::Pages& pages) {
  Reply reply = HealthReply(pages.not_ready);
  if (reply.status != 200 || !pages.degraded) return reply;
  if (auto what = pages.degraded()) reply.body = "degraded: " + *std::move(what) + "\n";
  return reply;
}

Reply ReplyTo(const HttpServer::Pages& pages, std::string_view method, std::string_view path) {
  if (method != "GET") return {.status = 405, .reason = "Method Not Allowed", .body = "only GET is answered\n"};
  if (path == "/metrics") return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = pages.metrics()};
  if (path == "/healthz") return HealthReply(pages.not_alive);
  if (path == "/readyz") return ReadyReply(pages);
  return {.status = 404, .reason = "Not Found", .body = "there are /metrics, /healthz and /readyz\n"};
}

// The reply is the last of its connection: keep-alive would let idle clients hold the few threads.
std::string Print(const Reply& reply) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Content-Type: {}\r\n"
      "Content-Length: {}\r\n"
      "{}"
      "X-Content-Type-Options: nosniff\r\n"
      "Cache-Control: no-store\r\n"
      "Connection: close\r\n\r\n"
      "{}",
      reply.status, reply.reason, reply.content_type, reply.body.size(), reply.status == 405 ? "Allow: GET\r\n" : "",
      reply.body);
}

// Opens a connection and closes it again.
void Knock(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
}

// Civetweb's own log would go to standard error past ours; why it did not start comes back from mg_start2.
int IgnoreMessage(const mg_connection*, const char*) {
  return 1;
}

}  // namespace

rules::Result<std::unique_ptr<HttpServer>> HttpServer::Start(const Endpoint& listen, Pages pages) {
  const auto fail = [&listen](std::string_view why) {
    return rules::Error{fmt::format("http.listen: cannot listen on {}: {}", listen.ToString(), why)};
  };
  const bool is_v6 = listen.host.find(':') != std::string::npos;
  if (is_v6 && !mg_check_feature(MG_FEATURES_IPV6)) return fail("the system's civetweb was built without IPv6");

  std::unique_ptr<HttpServer> server(new HttpServer(listen.host, std::move(pages)));
  const std::string port = listen.ToString();
  // Half-open clients hold a thread until the time-out.  Without a document root no file is served; the default of
  // access_control_allow_origin would let any web page read the answers.
  std::array<const char*, 13> options{"listening_ports",
                                      port.c_str(),
                                      "num_threads",
                                      "4",
                                      "request_timeout_ms",
                                      "3000",
                                      "enable_keep_alive",
                                      "no",
                                      "enable_directory_listing",
                                      "no",
                                      "access_control_allow_origin",
                                      "",
                                      nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = Answer;
  callbacks.log_message = IgnoreMessage;
  std::array<char, 256> why{};
  mg_init_data init{.callbacks = &callbacks, .user_data = server.get(), .configuration_options = options.data()};
  mg_error_data error{.code = nullptr, .text = why.data(), .text_buffer_size = why.size()};
  server->context_ = mg_start2(&init, &error);
  if (!server->context_) return fail(why.data());
  return server;
}

HttpServer::~HttpServer() {
  if (!context_) return;
  // mg_stop() sets a flag and waits for the thread that accepts, which looks at it only every two seconds or when a
  // client comes.  So a client comes.
  const std::jthread visitor([port = port(), host = host_](const std::stop_token& is_stopped) {
    while (!is_stopped.stop_requested()) {
      Knock(host, port);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  });
  mg_stop(context_);
}

std::uint16_t HttpServer::port() const {
  mg_server_port port{};
  if (mg_get_server_ports(context_, 1, &port) < 1) return 0;
  return static_cast<std::uint16_t>(port.port);
}

int HttpServer::Answer(mg_connection* connection) {
  const auto* server = static_cast<const HttpServer*>(mg_get_user_data(mg_get_context(connection)));
  const mg_request_info* request = mg_get_request_info(connection);
  const Reply reply = ReplyTo(server->pages_, request->request_method, request->local_uri ? request->local_uri : "");
  const std::string bytes = Print(reply);
  mg_write(connection, bytes.data(), bytes.size());
  return reply.status;
}

}  // namespace policyd::http
