#include <utility>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/lists/audit.h"
#include "policyd/admin/lists/lists.h"
#include "policyd/admin/report/report.h"
#include "policyd/admin/status/dnsbl.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/http/api/api.h"
#include "policyd/http/api/fields.h"

namespace policyd::http {
namespace {

using Kind = Field::Kind;

constexpr std::uint64_t kMostRows = 10'000;

// Of rows that are kept in millions.
admin::Result<std::size_t> LimitOf(const Fields& fields, std::size_t otherwise) {
  const std::uint64_t limit = fields.Count("limit", otherwise);
  if (limit >= 1 && limit <= kMostRows) return static_cast<std::size_t>(limit);
  return admin::Error{.message = "limit: expected 1 to " + std::to_string(kMostRows)};
}

HttpResponse Verdicts(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(
      request,
      {{"client"}, {"sender"}, {"recipient"}, {"reason"}, {"action"}, {"since"}, {"until"}, {"limit", Kind::kCount}});
  if (!fields) return ErrorOf(request, fields.error());
  admin::VerdictsOptions options{.client = fields->Given("client"),
                                 .sender = fields->Given("sender"),
                                 .recipient = fields->Given("recipient"),
                                 .reason = fields->Given("reason"),
                                 .action = fields->Given("action"),
                                 .since = fields->Given("since"),
                                 .until = fields->Given("until")};
  const auto limit = LimitOf(*fields, options.limit);
  if (!limit) return ErrorOf(request, limit.error());
  const auto search = admin::ReadSearch(options, sources.now());
  if (!search) return ErrorOf(request, search.error());
  const auto rows = admin::NewestRows(sources.stores, search->since, *limit, search->filter, request.stop);
  if (request.stop.stop_requested())
    return ErrorResponse(request.path, 503, "the daemon ends; not all was looked through");
  return JsonResponse(admin::ToJson(rows));
}

HttpResponse OneVerdict(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {});
  if (!fields) return ErrorOf(request, fields.error());
  const auto reference = admin::ParseReference(request.rest);
  if (!reference) return ErrorResponse(request.path, 400, "expected a reference such as J4FHQ-X9T82 behind verdicts/");
  const auto config = sources.config();
  const cache::Stores& stores = sources.stores;
  const auto rows = admin::AwaitRows(
      config->store.directory, [&] { return admin::FindRows(stores, {*reference}); }, request.stop);
  if (!rows.empty()) return JsonResponse(admin::ToJson(rows));
  return ErrorResponse(request.path, 404,
                       "no verdict with the reference " + reference->ToString() + " is kept (" +
                           admin::HowLongKept(*config, stores) + ")");
}

HttpResponse Explain(const ApiSources& sources, const HttpRequest& request) {
  const auto fields =
      Fields::OfQuery(request, {{"client"}, {"helo"}, {"sender"}, {"recipient"}, {"now_from_cache", Kind::kFlag}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto config = sources.config();
  const rules::TimePoint now = sources.now();
  const auto explained = admin::Explain(*config, sources.stores,
                                        {.subject = fields->Text("client"),
                                         .helo = fields->Given("helo"),
                                         .sender = fields->Given("sender"),
                                         .recipient = fields->Given("recipient"),
                                         .is_from_cache = fields->Flag("now_from_cache"),
                                         .stop = request.stop},
                                        now);
  if (!explained) return ErrorOf(request, explained.error());
  return JsonResponse(admin::ToJson(*config, *explained, now));
}

HttpResponse ReportOn(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"subject"}, {"client"}, {"helo"}, {"sender"}, {"selector"}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto config = sources.config();
  const rules::TimePoint now = sources.now();
  const auto report = admin::MakeReport(*config, sources.stores,
                                        {.subject = fields->Text("subject"),
                                         .client = fields->Given("client"),
                                         .helo = fields->Given("helo"),
                                         .selector = fields->Given("selector"),
                                         .sender = fields->Given("sender"),
                                         .stop = request.stop},
                                        now);
  if (!report) return ErrorOf(request, report.error());
  return JsonResponse(admin::ToJson(*config, *report, now));
}

HttpResponse DnsLists(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {});
  if (!fields) return ErrorOf(request, fields.error());
  return JsonResponse(
      admin::ToJson(admin::ZoneStatuses(*sources.config(), sources.stores, admin::Samples::Parse(sources.metrics()))));
}

HttpResponse Greylist(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"match"}, {"client"}, {"limit", Kind::kCount}});
  if (!fields) return ErrorOf(request, fields.error());
  admin::GreylistListOptions options{.match = fields->Text("match")};
  const auto limit = LimitOf(*fields, options.limit);
  if (!limit) return ErrorOf(request, limit.error());
  options.limit = *limit;
  const auto config = sources.config();
  const rules::GreylistSettings& settings = config->policy->greylist;
  const std::string client = fields->Text("client");
  if (client.empty()) {
    return JsonResponse(admin::WaitingToJson(admin::FindWaiting(sources.stores, options), settings));
  }
  const auto found = admin::FindGreylisted(*config, sources.stores, {.client = client}, sources.now());
  if (!found) return ErrorOf(request, found.error());
  return JsonResponse(admin::ToJson(*found, settings));
}

HttpResponse Entries(const ApiSources& sources, rules::ListKind list, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"match"}, {"unused"}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto entries = admin::FindEntries(
      sources.stores, {.list = list, .match = fields->Text("match"), .unused = fields->Given("unused")}, sources.now());
  if (!entries) return ErrorOf(request, entries.error());
  return JsonResponse(admin::ToJson(*entries));
}

HttpResponse Changes(const ApiSources& sources, const HttpRequest& request) {
  const auto fields = Fields::OfQuery(request, {{"since"}});
  if (!fields) return ErrorOf(request, fields.error());
  const auto rows = admin::AuditRows(sources.stores, fields->Given("since"), sources.now());
  if (!rows) return ErrorOf(request, rows.error());
  return JsonResponse(admin::ToJson(*rows));
}

}  // namespace

std::vector<Route> ReadingRoutes(const ApiSources& sources) {
  using Answer = HttpResponse (*)(const ApiSources&, const HttpRequest&);
  const auto route = [&sources](const char* path, Answer answer, bool is_long = false) {
    return Route{.method = "GET", .path = path, .is_long = is_long, .answer = [sources, answer](const auto& request) {
                   return answer(sources, request);
                 }};
  };
  const auto list = [&sources](const char* path, rules::ListKind kind) {
    return Route{.method = "GET", .path = path, .answer = [sources, kind](const auto& request) {
                   return Entries(sources, kind, request);
                 }};
  };
  // Those that look through a table, ask DNS, or wait for the verdict of a reference given a moment ago are long.
  return {route("/api/v1/verdicts", Verdicts, true),
          route("/api/v1/verdicts/", OneVerdict, true),
          route("/api/v1/explain", Explain, true),
          route("/api/v1/report", ReportOn, true),
          route("/api/v1/dnsbl", DnsLists),
          route("/api/v1/greylist", Greylist, true),
          route("/api/v1/audit", Changes, true),
          list("/api/v1/whitelist", rules::ListKind::kWhitelist),
          list("/api/v1/blocklist", rules::ListKind::kBlocklist)};
}

}  // namespace policyd::http
