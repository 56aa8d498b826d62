#include "policyd/http/forwarded.h"

#include <algorithm>
#include <array>
#include <string>

#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

constexpr std::string_view kForwardedFor = "x-forwarded-for";

}  // namespace

bool IsPassedOn(const HttpRequest& request) {
  constexpr std::array<std::string_view, 6> kMarks{
      "via", "forwarded", kForwardedFor, "x-forwarded-host", "x-forwarded-proto", "x-real-ip"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&request](std::string_view mark) { return request.headers.find(mark) != request.headers.end(); });
}

std::optional<rules::IpAddress> ReadHop(std::string_view text) {
  text = rules::WithoutBlanks(text);
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? std::nullopt : rules::IpAddress::Parse(text.substr(1, end - 1));
  }
  const std::size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return rules::IpAddress::Parse(has_port ? text.substr(0, colon) : text);
}

std::optional<rules::IpAddress> LastHop(const HttpRequest& request) {
  const std::string_view hops = request.Header(kForwardedFor);
  const std::size_t comma = hops.rfind(',');
  return ReadHop(comma == std::string_view::npos ? hops : hops.substr(comma + 1));
}

}  // namespace policyd::http
