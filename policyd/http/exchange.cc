#include "policyd/http/exchange.h"

#include <algorithm>

#include "policyd/runtime/json.h"

namespace policyd::http {
namespace {

constexpr std::string_view kApi = "/api/";

// The word for a status in an error of the API.
const char* CodeOf(unsigned status) {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 409:
      return "conflict";
    case 411:
      return "length_required";
    case 413:
      return "too_large";
    case 414:
      return "address_too_long";
    case 421:
      return "unknown_host";
    case 429:
      return "too_many_requests";
    case 431:
      return "headers_too_large";
    case 500:
      return "internal";
    case 503:
      return "unavailable";
    case 505:
      return "unknown_version";
    default:
      return "bad_request";
  }
}

}  // namespace

std::string_view HttpRequest::Parameter(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(), [name](const auto& one) { return one.first == name; });
  return found == query.end() ? std::string_view() : found->second;
}

std::string_view HttpRequest::Header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : found->second;
}

HttpResponse ErrorResponse(std::string_view path, unsigned status, std::string_view message) {
  if (!path.starts_with(kApi)) return {.status = status, .body = std::string(message) + "\n"};
  runtime::Json error = runtime::Json::Object();
  error.Add("code", CodeOf(status)).Add("message", message);
  return {.status = status,
          .content_type = "application/json",
          .body = runtime::Json::Object().Add("error", std::move(error)).Dump() + "\n"};
}

std::string TextOf(const admin::Error& error) {
  std::string text;
  for (const admin::Error& detail : error.details) text += TextOf(detail) + "; ";
  if (error.input) text += *error.input + ": ";
  return text + error.message;
}

unsigned StatusOf(admin::Error::Kind kind) {
  switch (kind) {
    case admin::Error::Kind::kUsage:
    case admin::Error::Kind::kBadInput:
      return 400;
    case admin::Error::Kind::kNotFound:
      return 404;
    case admin::Error::Kind::kConflict:
    case admin::Error::Kind::kAlreadyRunning:
    case admin::Error::Kind::kConfiguration:
      return 409;
    case admin::Error::Kind::kNotPermitted:
      return 403;
    case admin::Error::Kind::kUnreachable:
      return 503;
    case admin::Error::Kind::kStore:
      return 500;
  }
  return 500;
}

}  // namespace policyd::http
