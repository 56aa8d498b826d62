// One request over HTTP and its answer, as values; and the routes, which say who may ask what.
//
// The server (server.h) reads, limits and checks; a Route's function only answers.  It is called from a thread beside
// the server's own, several at a time, and may read the stores.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/admin/error.h"
#include "rules/values/ip_address.h"

namespace policyd::http {

struct HttpRequest {
  std::string method{};                                       // "GET", "POST", "DELETE"; of HEAD "GET"
  std::string path{};                                         // percent-decoded; begins with '/'
  std::string rest{};                                         // behind the route's path: "REF" of /verdicts/REF
  std::vector<std::pair<std::string, std::string>> query{};   // percent-decoded, in the order sent
  std::map<std::string, std::string, std::less<>> headers{};  // names in lower case
  std::string body{};                                         // at most 64 KiB
  std::optional<rules::IpAddress> peer{};                     // nothing: a UNIX socket
  bool has_token = false;                                     // the token of http.token_file was sent
  std::stop_token stop{};                                     // the server ends: who takes long gives up

  // The first of that name; empty where there is none.
  std::string_view Parameter(std::string_view name) const;
  std::string_view Header(std::string_view name) const;
};

// The server adds what every answer has: length, no-store, nosniff, no-referrer, the content security policy.
struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct Route {
  enum class Access : std::uint8_t {
    kAnybody,  // /healthz, /readyz, the page for those turned away
    kReader,   // on loopback and UNIX sockets without a token
    kChanger,  // with the token only
  };
  std::string method;
  std::string path;  // one that ends with '/' also stands for all below it; "/" itself does not
  Access access = Access::kReader;
  bool is_long = false;  // asks DNS: at most 8 at a time, the next gets 503 with Retry-After
  std::function<HttpResponse(const HttpRequest&)> answer;
  // Never waits, so the server's own thread answers: however many pages are being made, it is not delayed.
  bool is_quick = false;
  // For a browser that may not read the page without a token: asks for it.  Sent with 401 in place of a plain text;
  // from the server's own thread.
  std::function<HttpResponse(const HttpRequest&)> locked{};
};

// What went wrong, for the asker: {"error": {"code", "message"}} below /api/, else the message as text.  `message` is a
// sentence without a full stop.
HttpResponse ErrorResponse(std::string_view path, unsigned status, std::string_view message);
// The status of an error of admin/.
unsigned StatusOf(admin::Error::Kind kind);
// All that it says, in one line; a value that is wrong is named as its parameter or member is.
std::string TextOf(const admin::Error& error);

}  // namespace policyd::http
