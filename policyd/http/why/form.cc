// body  = field *( "&" field )     field = name [ "=" value ], each percent-encoded, '+' for a blank
#include "policyd/http/why/form.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace policyd::http::why {
namespace {

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? rules::HexValue(text[i + 1]) : std::nullopt;
    const auto low = high ? rules::HexValue(text[i + 2]) : std::nullopt;
    if (low) {
      decoded += static_cast<char>(*high << 4U | *low);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

// "https://mx.example" of "https://mx.example/why"
std::string_view OriginOf(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  return url.substr(0, url.find('/', host + 3));
}

}  // namespace

std::optional<std::string> FieldOf(const HttpRequest& request, std::string_view name) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string type = rules::LowerAscii(request.Header("content-type"));
  if (rules::WithoutBlanks(std::string_view(type).substr(0, type.find(';'))) != kForm) return std::nullopt;
  for (const std::string_view field : rules::Split(request.body, '&')) {
    const std::size_t equals = std::min(field.find('='), field.size());
    if (Decoded(field.substr(0, equals)) != name) continue;
    return Decoded(field.substr(std::min(equals + 1, field.size())));
  }
  return std::nullopt;
}

bool IsFromOurPage(const HttpRequest& request, std::string_view url) {
  const std::string_view site = request.Header("sec-fetch-site");
  if (!site.empty() && site != "same-origin") return false;
  const std::string_view origin = request.Header("origin");
  // Where the page's own origin is hidden from it, the browser has told by the first header.
  if (origin.empty() || (origin == "null" && !site.empty())) return true;
  const std::string host(request.Header("host"));
  if (!url.empty() && rules::LowerAscii(origin) == rules::LowerAscii(OriginOf(url))) return true;
  return !host.empty() && (origin == "https://" + host || origin == "http://" + host);
}

}  // namespace policyd::http::why
