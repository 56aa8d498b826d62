#include "policyd/http/access.h"

#include <algorithm>

#include <fmt/format.h>

#include "policyd/http/forwarded.h"
#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

constexpr std::string_view kBearer = "bearer ";

bool IsFromThisMachine(const HttpRequest& request) {
  return !request.peer || request.peer->is_loopback();
}

bool IsLocal(const HttpRequest& request) {
  return IsFromThisMachine(request) && !IsPassedOn(request);
}

// Whose wrong tokens are counted together.  Behind a web server on this machine it is the visitor whom that server saw,
// as all others behind it would be locked out, too; from elsewhere it is the peer, whatever it writes into its headers.
std::string CountedAs(const HttpRequest& request) {
  const auto visitor = VisitorBehind(request);
  return visitor ? "behind " + PeerOf(visitor) : PeerOf(request.peer);
}

// Without the port: "[::1]:9140" -> "::1".
std::string_view HostOf(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  return host.substr(0, std::min(host.rfind(':'), host.size()));
}

// What the token stands in; empty where there is none.  Other schemes are of a web server before us.
std::string_view TokenIn(const HttpRequest& request) {
  const std::string_view header = request.Header("authorization");
  if (rules::LowerAscii(header.substr(0, kBearer.size())) != kBearer) return {};
  return rules::WithoutBlanks(header.substr(kBearer.size()));
}

// A browser says from which page a changing request comes; programs say nothing.
bool IsFromElsewhere(const HttpRequest& request) {
  const std::string_view site = request.Header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  const auto origin = request.headers.find("origin");
  if (origin == request.headers.end()) return false;
  const std::string_view own = request.Header("host");
  return own.empty() ||
         (origin->second != fmt::format("http://{}", own) && origin->second != fmt::format("https://{}", own));
}

HttpResponse Unauthorized(std::string_view path, std::string_view message) {
  HttpResponse response = ErrorResponse(path, 401, message);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"sekimori\"");
  return response;
}

}  // namespace

std::optional<rules::IpAddress> VisitorBehind(const HttpRequest& request) {
  return IsFromThisMachine(request) ? LastHop(request) : std::nullopt;
}

std::string PeerOf(const std::optional<rules::IpAddress>& address) {
  constexpr std::size_t kSizeOfNetwork = 8;
  if (!address) return {};
  const auto bytes = address->bytes();
  return {reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kSizeOfNetwork)};
}

bool IsKnownHost(std::string_view host, const std::vector<std::string>& hosts) {
  if (host.empty()) return true;
  if (host == "localhost" || rules::IpAddress::Parse(host)) return true;
  const std::string name = rules::LowerAscii(HostOf(host));
  return name == "localhost" || rules::IpAddress::Parse(name) ||
         std::find(hosts.begin(), hosts.end(), name) != hosts.end();
}

bool IsSameToken(std::string_view sent, std::string_view token) {
  if (sent.empty() || token.empty()) return false;
  volatile unsigned difference = sent.size() == token.size() ? 0 : 1;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const auto theirs = static_cast<unsigned char>(sent[i % sent.size()]);
    difference = difference | (theirs ^ static_cast<unsigned char>(token[i]));
  }
  return difference == 0;
}

std::optional<HttpResponse> AccessControl::Refusal(const config::HttpAccess& rules, Route::Access access,
                                                   HttpRequest& request, WrongTokens::Time now) {
  if (access == Route::Access::kAnybody) return std::nullopt;
  if (request.peer && !IsKnownHost(request.Header("host"), rules.hosts)) {
    return ErrorResponse(request.path, 421,
                         "this name is not known here: call it by its address, or add the name to http.hosts");
  }
  if (auto refusal = CheckToken(rules, request, now)) return refusal;
  const bool is_change = access == Route::Access::kChanger;
  if (is_change && !rules.token) {
    return Unauthorized(request.path, "nothing can be changed here: no token is configured, see http.token_file");
  }
  if (!request.has_token && (is_change || !IsLocal(request))) {
    return Unauthorized(request.path, "expected the token of http.token_file, as in: Authorization: Bearer TOKEN");
  }
  if (is_change && IsFromElsewhere(request)) {
    return ErrorResponse(request.path, 403, "a page of another origin cannot change anything here");
  }
  return std::nullopt;
}

std::optional<HttpResponse> AccessControl::CheckToken(const config::HttpAccess& rules, HttpRequest& request,
                                                      WrongTokens::Time now) {
  const std::string_view sent = TokenIn(request);
  if (sent.empty()) return std::nullopt;
  const std::string peer = CountedAs(request);
  if (const auto wait = wrong_tokens_.WaitOf(peer, now)) {
    HttpResponse response =
        ErrorResponse(request.path, 429, fmt::format("too many wrong tokens: try again in {} s", wait->count()));
    response.headers.emplace_back("Retry-After", std::to_string(wait->count()));
    return response;
  }
  request.has_token = rules.token && IsSameToken(sent, *rules.token);
  if (request.has_token) return std::nullopt;
  if (wrong_tokens_.Add(peer, now) && locked_out_) locked_out_(request);
  return Unauthorized(request.path, "this is not the token of http.token_file");
}

}  // namespace policyd::http
