#include <charconv>
#include <utility>

#include "policyd/admin/lists/audit.h"
#include "policyd/admin/lists/lists.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/unblock/unblock.h"
#include "policyd/http/api/api.h"
#include "policyd/http/api/fields.h"

namespace policyd::http {
namespace {

using Kind = Field::Kind;

HttpResponse Missing(const HttpRequest& request, std::string_view field) {
  return ErrorResponse(request.path, 400, std::string(field) + ": expected one, there is none; nothing was changed");
}

HttpResponse Add(const ApiSources& sources, rules::ListKind list, const HttpRequest& request) {
  std::vector<Field> known{{"target"}, {"comment"}, {"expires"}, {"by"}, {"if_confirmed"}, {"if_spf", Kind::kFlag}};
  if (list == rules::ListKind::kBlocklist) known.push_back({"action"});
  const auto fields = Fields::OfBody(request, known);
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  const std::string target = fields->Text("target");
  if (target.empty()) return Missing(request, "target");
  const admin::EntryOptions entry{
      .comment = fields->Text("comment"),
      .expires = fields->Given("expires"),
      .if_confirmed = fields->Given("if_confirmed"),
      .if_spf = fields->Flag("if_spf"),
      .action = list == rules::ListKind::kBlocklist ? fields->Given("action") : std::nullopt,
  };
  const auto edit = admin::PlanAddition(*caller, {.list = list, .targets = {target}, .entry = entry});
  if (!edit) return ErrorOf(request, edit.error());
  const auto added = admin::AddEntries(*sources.config(), sources.stores, *edit);
  if (!added) return ErrorOf(request, added.error());
  return JsonResponse(admin::ToJson(*added));
}

// The target stands in the query; who and why may stand there or in a body.
admin::Result<Fields> FieldsOfRemoval(const HttpRequest& request, std::string& target) {
  HttpRequest rest = request;
  std::erase_if(rest.query, [](const auto& parameter) { return parameter.first == "target"; });
  HttpRequest named = request;
  std::erase_if(named.query, [](const auto& parameter) { return parameter.first != "target"; });
  const auto of_target = Fields::OfQuery(named, {{"target"}});
  if (!of_target) return of_target.error();
  target = of_target->Text("target");
  const std::vector<Field> known{{"by"}, {"comment"}};
  return rest.body.empty() ? Fields::OfQuery(rest, known) : Fields::OfBody(rest, known);
}

HttpResponse Remove(const ApiSources& sources, rules::ListKind list, const HttpRequest& request) {
  std::string target;
  const auto fields = FieldsOfRemoval(request, target);
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  if (target.empty()) return Missing(request, "target");
  const auto edit =
      admin::PlanRemoval(*caller, {.list = list, .targets = {target}, .comment = fields->Text("comment")});
  if (!edit) return ErrorOf(request, edit.error());
  const auto removed = admin::RemoveEntries(sources.stores, *edit);
  if (!removed) return ErrorOf(request, removed.error());
  return JsonResponse(admin::RemovedToJson(*removed));
}

// What was found, beside why one must be chosen.
HttpResponse Refused(const HttpRequest& request, const admin::UnblockFound& found) {
  const auto error = ErrorOf(request, {.kind = admin::Error::Kind::kConflict,
                                       .message = found.refusal->error.message + "; nothing was changed"});
  runtime::Json json = *runtime::Json::Parse(error.body);
  return JsonResponse(json.Add("found", admin::ToJson(found)), error.status);
}

HttpResponse Unblock(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfBody(request, {{"subject"},
                                               {"dry_run", Kind::kFlag},
                                               {"comment"},
                                               {"expires"},
                                               {"by"},
                                               {"wide", Kind::kFlag},
                                               {"yes", Kind::kFlag}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  const std::string text = fields->Text("subject");
  if (text.empty()) return Missing(request, "subject");
  const admin::UnblockWish wish{.caller = *caller,
                                .entry = {.comment = fields->Text("comment"), .expires = fields->Given("expires")},
                                .is_wide = fields->Flag("wide"),
                                .is_dry_run = fields->Flag("dry_run"),
                                .is_agreed = fields->Flag("yes"),
                                .stop = request.stop};
  const auto checked = admin::MakeEntry(wish.caller, rules::ListKind::kWhitelist, wish.entry);
  if (!checked) return ErrorOf(request, checked.error());
  const auto subject = admin::ReadSubject(text);
  if (!subject) return ErrorOf(request, subject.error());

  const auto config = sources.config();
  auto found = admin::FindUnblockCase(*config, sources.stores, *subject, wish);
  if (request.stop.stop_requested()) return ErrorResponse(request.path, 503, "the daemon ends; nothing was changed");
  if (!found) return ErrorOf(request, found.error());
  if (found->refusal) return Refused(request, *found);
  auto outcome = admin::PlanUnblock(*config, sources.stores, wish, std::move(found->about));
  const auto done = admin::Unblock(*config, sources.stores, wish, outcome);
  if (!done) return ErrorOf(request, done.error());
  return JsonResponse(admin::ToJson(outcome));
}

// The number of audit/N/undo.
std::optional<std::uint64_t> NumberToUndo(std::string_view rest) {
  constexpr std::string_view kUndo = "/undo";
  if (!rest.ends_with(kUndo)) return std::nullopt;
  rest.remove_suffix(kUndo.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
  return number;
}

HttpResponse Undo(const ApiSources& sources, const HttpRequest& request) {
  const auto number = NumberToUndo(request.rest);
  if (!number) return ErrorResponse(request.path, 404, "there is no such page; expected /api/v1/audit/NUMBER/undo");
  const auto fields = Fields::OfBody(request, {{"by"}, {"comment"}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto caller = CallerOf(sources, *fields);
  if (!caller) return ErrorOf(request, caller.error());
  const auto undone = admin::UndoChange(sources.stores, *caller,
                                        {.number = *number, .comment = fields->Text("comment"), .by = caller->login});
  if (!undone) return ErrorOf(request, undone.error());
  return JsonResponse(admin::ToJson(*undone));
}

}  // namespace

admin::Result<admin::Caller> CallerOf(const ApiSources& sources, const Fields& fields) {
  const auto by = fields.Given("by");
  if (const auto checked = admin::ParseAuthor(by, "http"); !checked) return checked.error();
  return admin::Caller{.login = by ? *by + " via http" : "http", .now = sources.now()};
}

std::vector<Route> ChangingRoutes(const ApiSources& sources) {
  using rules::ListKind;
  const auto route = [](const char* method, const char* path, auto answer, bool is_long = false) {
    return Route{.method = method,
                 .path = path,
                 .access = Route::Access::kChanger,
                 .is_long = is_long,
                 .answer = std::move(answer)};
  };
  std::vector<Route> routes;
  for (const auto& [path, list] :
       {std::pair{"/api/v1/whitelist", ListKind::kWhitelist}, std::pair{"/api/v1/blocklist", ListKind::kBlocklist}}) {
    routes.push_back(route("POST", path,
                           [sources, kind = list](const HttpRequest& request) { return Add(sources, kind, request); }));
    routes.push_back(route(
        "DELETE", path, [sources, kind = list](const HttpRequest& request) { return Remove(sources, kind, request); }));
  }
  // Asks DNS where nobody had asked for the client's name.
  routes.push_back(route(
      "POST", "/api/v1/unblock", [sources](const HttpRequest& request) { return Unblock(sources, request); }, true));
  routes.push_back(
      route("POST", "/api/v1/audit/", [sources](const HttpRequest& request) { return Undo(sources, request); }));
  return routes;
}

}  // namespace policyd::http
