#include "policyd/http/health.h"

#include <utility>

namespace policyd::http {
namespace {

HttpResponse AnswerOf(const std::function<std::optional<std::string>()>& why_not) {
  if (auto why = why_not()) return {.status = 503, .body = *std::move(why) + "\n"};
  return {.body = "ok\n"};
}

HttpResponse Readiness(const Health& health) {
  HttpResponse response = AnswerOf(health.not_ready);
  if (response.status != 200 || !health.degraded) return response;
  if (const auto degraded = health.degraded()) response.body = "degraded: " + *degraded + "\n";
  return response;
}

Route Page(const char* path, Route::Access access, std::function<HttpResponse()> answer) {
  return {.method = "GET",
          .path = path,
          .access = access,
          .answer = [answer = std::move(answer)](const HttpRequest&) { return answer(); },
          .is_quick = true};
}

}  // namespace

std::vector<Route> HealthRoutes(const Health& health) {
  return {Page("/metrics", Route::Access::kReader,
               [health] {
                 return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = health.metrics()};
               }),
          Page("/healthz", Route::Access::kAnybody, [health] { return AnswerOf(health.not_alive); }),
          Page("/readyz", Route::Access::kAnybody, [health] { return Readiness(health); })};
}

}  // namespace policyd::http
