// Routes about mail that leaves.
#include <array>

#include "policyd/admin/outbound/outbound.h"
#include "policyd/http/api/api.h"
#include "policyd/http/api/fields.h"

namespace policyd::http {
namespace {

using Act = admin::OutboundWish::Kind;

constexpr std::uint64_t kMostLogins = 10'000;

HttpResponse Logins(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"login"}, {"limit", Field::Kind::kCount}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto config = sources.config();
  if (const auto login = fields->Given("login")) {
    const auto found = admin::FindLogin(*config, sources.stores, *login, sources.now());
    if (!found) return ErrorOf(request, found.error());
    return JsonResponse(admin::ToJson(*found));
  }
  const std::uint64_t limit = fields->Count("limit", 50);
  if (limit < 1 || limit > kMostLogins) {
    return ErrorOf(request, {.message = "limit: expected 1 to " + std::to_string(kMostLogins)});
  }
  return JsonResponse(
      admin::ToJson(admin::FindLogins(*config, sources.stores, sources.now(), static_cast<std::size_t>(limit))));
}

HttpResponse ChangeLogin(const ApiSources& sources, Act act, const HttpRequest& request) {
  std::vector<Field> known{{"target"}, {"comment"}, {"by"}};
  if (act == Act::kAllow) {
    known.insert(known.end(), {{"recipients_per_hour"}, {"recipients_per_day"}, {"messages_per_hour"}, {"until"}});
  }
  if (act == Act::kLock) known.push_back({"until"});
  const auto fields = Fields::OfBody(request, known);
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  const bool is_allowed = act == Act::kAllow;
  const admin::OutboundWish wish{
      .kind = act,
      .target = fields->Text("target"),
      .recipients_per_hour = is_allowed ? fields->Given("recipients_per_hour") : std::nullopt,
      .recipients_per_day = is_allowed ? fields->Given("recipients_per_day") : std::nullopt,
      .messages_per_hour = is_allowed ? fields->Given("messages_per_hour") : std::nullopt,
      .until = is_allowed || act == Act::kLock ? fields->Given("until") : std::nullopt,
      .comment = fields->Text("comment")};
  const auto changed = admin::Apply(*sources.config(), sources.stores, *caller, wish);
  if (!changed) return ErrorOf(request, changed.error());
  return JsonResponse(admin::ToJson(*changed));
}

}  // namespace

std::vector<Route> OutgoingRoutes(const ApiSources& sources) {
  std::vector<Route> routes{
      {.method = "GET", .path = "/api/v1/outbound", .is_long = true, .answer = [sources](const auto& request) {
         return Logins(sources, request);
       }}};
  for (const auto& [path, act] : std::array{
           std::pair{"/api/v1/outbound/allow", Act::kAllow}, std::pair{"/api/v1/outbound/lock", Act::kLock},
           std::pair{"/api/v1/outbound/release", Act::kRelease}, std::pair{"/api/v1/outbound/forget", Act::kForget}}) {
    routes.push_back(
        {.method = "POST",
         .path = path,
         .access = Route::Access::kChanger,
         .answer = [sources, act = act](const auto& request) { return ChangeLogin(sources, act, request); }});
  }
  return routes;
}

}  // namespace policyd::http
