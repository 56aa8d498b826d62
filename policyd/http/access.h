// Who may ask: by address, by the name under which we were called, by token.
//
// Walls against a browser that a foreign page has sent here: a name that the operator did not name is refused (DNS
// rebinding), a change from another origin is refused, and the token is sent in a header, never in a cookie.
// Belongs to the server's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/http/exchange.h"
#include "policyd/http/wrong_tokens.h"

namespace policyd::http {

class AccessControl {
 public:
  // `locked_out`: told once when an address has sent too many wrong tokens.
  explicit AccessControl(std::function<void(const HttpRequest&)> locked_out) : locked_out_(std::move(locked_out)) {}

  // Why the request is not answered, or nothing; then `has_token` is set.
  std::optional<HttpResponse> Refusal(const config::HttpAccess& rules, Route::Access access, HttpRequest& request,
                                      WrongTokens::Time now);

 private:
  std::optional<HttpResponse> CheckToken(const config::HttpAccess& rules, HttpRequest& request, WrongTokens::Time now);

  const std::function<void(const HttpRequest&)> locked_out_;
  WrongTokens wrong_tokens_;
};

// The visitor for whom a web server on this machine asks, as that server says; nothing where none does.
std::optional<rules::IpAddress> VisitorBehind(const HttpRequest& request);

// The same for all of one client: an IPv4 address, the /64 of an IPv6 address, "" of a UNIX socket.
std::string PeerOf(const std::optional<rules::IpAddress>& address);

// "localhost:9140" is one of ours; a request without a Host is, too, as no browser sends such a one.
bool IsKnownHost(std::string_view host, const std::vector<std::string>& hosts);

// Takes as long whatever was sent.
bool IsSameToken(std::string_view sent, std::string_view token);

}  // namespace policyd::http
