#include "policyd/http/wire/answer.h"

#include <array>
#include <ctime>

#include <fmt/format.h>
#include <microhttpd.h>

namespace policyd::http {
namespace {

constexpr std::pair<const char*, const char*> kEveryAnswer[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Connection", "close"},
};

// As HTTP wants it: "Sun, 06 Nov 1994 08:49:37 GMT".  The library writes its own.
std::string Date() {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields)};
}

}  // namespace

bool Send(MHD_Connection* connection, const HttpResponse& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (!response) return false;
  MHD_add_response_header(response, "Content-Type", answer.content_type.c_str());
  for (const auto& [name, value] : kEveryAnswer) MHD_add_response_header(response, name, value);
  for (const auto& [name, value] : answer.headers) MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued == MHD_YES;
}

std::string WholeAnswer(const HttpResponse& answer, bool wants_body) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", answer.status,
                  MHD_get_reason_phrase_for(answer.status), Date(), answer.content_type, answer.body.size());
  for (const auto& [name, value] : kEveryAnswer) text += fmt::format("{}: {}\r\n", name, value);
  for (const auto& [name, value] : answer.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += "\r\n";
  return wants_body ? text + answer.body : text;
}

}  // namespace policyd::http
