#include "policyd/admin/appeals/appeals.h"

#include <utility>

#include "policyd/http/api/api.h"
#include "policyd/http/api/fields.h"

namespace policyd::http {
namespace {

HttpResponse List(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"all", Field::Kind::kFlag}});
  if (!fields) return ErrorOf(request, fields.error());
  return JsonResponse(admin::ToJson(admin::FindAppeals(sources.stores, fields->Flag("all"), sources.now())));
}

HttpResponse Allow(const ApiSources& sources, const HttpRequest& request, const admin::Caller& caller,
                   const admin::AppealWish& wish) {
  const auto config = sources.config();
  auto plan = admin::PlanAllowance(*config, sources.stores, caller, wish);
  if (!plan) return ErrorOf(request, plan.error());
  if (request.stop.stop_requested()) return ErrorResponse(request.path, 503, "the daemon ends; nothing was changed");
  const auto done = admin::Allow(*config, sources.stores, *plan);
  if (!done) return ErrorOf(request, done.error());
  return JsonResponse(admin::ToJson(*plan));
}

HttpResponse Decide(const ApiSources& sources, const HttpRequest& request) {
  const auto fields =
      Fields::OfBody(request, {{"decision"}, {"comment"}, {"expires"}, {"by"}, {"dry_run", Field::Kind::kFlag}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  const admin::AppealWish wish{.id = request.rest,
                               .comment = fields->Text("comment"),
                               .expires = fields->Given("expires"),
                               .by = {},
                               .is_dry_run = fields->Flag("dry_run"),
                               .stop = request.stop};
  const std::string decision = fields->Text("decision");
  if (decision == "allow") return Allow(sources, request, *caller, wish);
  if (decision != "refuse") {
    return ErrorResponse(request.path, 400, "decision: expected \"allow\" or \"refuse\"; nothing was changed");
  }
  if (wish.is_dry_run) return ErrorResponse(request.path, 400, "dry_run: expected with the decision \"allow\" alone");
  const auto refused = admin::Refuse(sources.stores, *caller, wish);
  if (!refused) return ErrorOf(request, refused.error());
  return JsonResponse(admin::RefusedToJson(*refused));
}

}  // namespace

std::vector<Route> AppealRoutes(const ApiSources& sources) {
  const auto list = [sources](const HttpRequest& request) { return List(sources, request); };
  const auto decide = [sources](const HttpRequest& request) { return Decide(sources, request); };
  // To allow one asks DNS where nobody had asked for the client's name.
  return {{.method = "GET", .path = "/api/v1/requests", .answer = list},
          {.method = "POST",
           .path = "/api/v1/requests/",
           .access = Route::Access::kChanger,
           .is_long = true,
           .answer = decide}};
}

}  // namespace policyd::http
