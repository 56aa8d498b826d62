#include "policyd/http/health.h"

#include <utility>

namespace policyd::http {
namespace {

HttpResponse AnswerOf(const std::function<std::optional<std::string>()>& why_not) {
  if (auto why = why_not()) return {.status = 503, .body = *std::move(why) + "\n"};
  return {.body = "ok\n"};
}

HttpResponse Readiness(const HealthSources& sources) {
  HttpResponse response = AnswerOf(sources.not_ready);
  if (response.status != 200 || !sources.degraded) return response;
  if (const auto degraded = sources.degraded()) response.body = "degraded: " + *degraded + "\n";
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

std::vector<Route> HealthRoutes(const HealthSources& sources) {
  return {Page("/metrics", Route::Access::kReader,
               [sources] {
                 return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = sources.metrics()};
               }),
          Page("/healthz", Route::Access::kAnybody, [sources] { return AnswerOf(sources.not_alive); }),
          Page("/readyz", Route::Access::kAnybody, [sources] { return Readiness(sources); })};
}

}  // namespace policyd::http
