#include <algorithm>
#include <variant>

#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/pages.h"

namespace policyd::http::pages {
namespace {

constexpr std::size_t kVerdictsShown = 100;

HttpResponse Asset(std::string_view name, const char* content_type) {
  return {.status = 200, .content_type = content_type, .body = std::string(BuiltInText(name))};
}

// What went wrong, as a page.
HttpResponse ErrorPage(const Frame& frame, unsigned status, const std::string& message) {
  PageParts parts{.status = status, .title = std::string(frame.Text("error.title")), .main = {}};
  parts.main.Element("h1", {}, frame.Text("error.title"));
  parts.main.Element("p", {{"class", "error"}, {"role", "alert"}, {"id", "error"}}, message);
  return Page(frame, parts);
}

HttpResponse AnswerOverview(const PageSources& sources, const HttpRequest& request) {
  const Frame frame(request, sources.now(), sources.takes_changes());
  const auto span = admin::ReadSpan(
      {.since = admin::FormField(request.Parameter("since")), .until = admin::FormField(request.Parameter("until"))},
      sources.now());
  if (!span) return ErrorPage(frame, 400, std::string(frame.Text("wrong.span")));
  return OverviewPage(frame, sources.overview(*span));
}

HttpResponse AnswerOverviewJson(const PageSources& sources, const HttpRequest& request) {
  const auto span = admin::ReadSpan(
      {.since = admin::FormField(request.Parameter("since")), .until = admin::FormField(request.Parameter("until"))},
      sources.now());
  if (!span) return ErrorResponse(request.path, 400, TextOf(span.error()));
  return {.status = 200, .content_type = "application/json", .body = ToJson(sources.overview(*span)).Dump() + "\n"};
}

// That no verdict with this reference is there, and why that may be.
std::string NotKept(const Frame& frame, const std::string& reference, const admin::KeptTime& kept) {
  const std::string text = frame.texts.Fill("verdict.not_found", {reference, frame.texts.Duration(kept.time)});
  if (!kept.dropped) return text;
  return text + ' ' +
         frame.texts.Fill("verdict.dropped", {std::to_string(kept.dropped->count), FullTimeText(kept.dropped->first),
                                              FullTimeText(kept.dropped->last)});
}

// The search that the form asks for, or what is wrong with the form, in the reader's language.  ".example.net": all
// names below it too, as the page's own links have it.
std::variant<admin::VerdictSearch, std::string> SearchOf(const Frame& frame, const VerdictSearchForm& form,
                                                         rules::TimePoint now) {
  if (!form.action.empty() && !rules::ParseAction(form.action)) return frame.texts.Fill("wrong.action", {form.action});
  const bool is_domain = form.client.starts_with('.');
  auto search = admin::ReadSearch({.client = is_domain ? std::nullopt : admin::FormField(form.client),
                                   .sender = admin::FormField(form.sender),
                                   .recipient = admin::FormField(form.recipient),
                                   .since = form.since},
                                  now);
  if (!search && search.error().input == "client") return frame.texts.Fill("wrong.client", {form.client});
  if (!search) return frame.texts.Fill("wrong.since", {form.since});
  search->filter = [filter = search->filter, form, is_domain](const cache::JournalRow& row) {
    if (!form.action.empty() && row.intended() != form.action) return false;
    if (is_domain && row.name != form.client.substr(1) && !row.name.ends_with(form.client)) return false;
    return filter(row);
  };
  return *std::move(search);
}

HttpResponse AnswerVerdicts(const PageSources& sources, const HttpRequest& request) {
  const rules::TimePoint now = sources.now();
  const Frame frame(request, now, sources.takes_changes());
  const auto value = [&request](const char* name) { return std::string(request.Parameter(name)); };
  VerdictSearchForm form{.client = value("client"),
                         .sender = value("sender"),
                         .recipient = value("recipient"),
                         .action = value("action"),
                         .since = value("since")};
  if (form.since.empty()) form.since = "24h";
  const auto found = SearchOf(frame, form, now);
  if (const auto* wrong = std::get_if<std::string>(&found)) return VerdictsPage(frame, form, {}, *wrong);
  const auto* search = std::get_if<admin::VerdictSearch>(&found);
  const bool wants_all = form.client.empty() && form.sender.empty() && form.recipient.empty() && form.action.empty();
  auto rows = wants_all && sources.newest ? sources.newest(search->since, kVerdictsShown) : std::nullopt;
  if (!rows) rows = admin::NewestRows(sources.stores, search->since, kVerdictsShown, search->filter, request.stop);
  return VerdictsPage(frame, form, *rows, {});
}

HttpResponse AnswerVerdict(const PageSources& sources, const HttpRequest& request) {
  const rules::TimePoint now = sources.now();
  const Frame frame(request, now, sources.takes_changes());
  const auto config = sources.config();
  const auto reference = admin::ParseReference(request.rest);
  const auto rows = reference ? admin::FindRows(sources.stores, {*reference}) : std::vector<cache::JournalRow>();
  if (rows.empty()) {
    return ErrorPage(frame, 404, NotKept(frame, request.rest, admin::HowLongAreKept(*config, sources.stores)));
  }
  auto explained =
      admin::Explain(*config, sources.stores, {.subject = reference->ToString(), .is_from_cache = true}, now);
  ShownVerdict shown{.row = rows.front(),
                     .since = admin::WhatBecameOf(sources.stores, *config->policy, rows.front(), {}, now)};
  if (explained) shown.now = *std::move(explained);
  return VerdictPage(frame, shown);
}

std::string WhyNotFound(const Frame& frame, const PageSources& sources, const admin::ExplainOptions& asked,
                        const admin::Error& error) {
  using Kind = admin::Error::Kind;
  if (error.kind == Kind::kNotFound) {
    return NotKept(frame, asked.subject, admin::HowLongAreKept(*sources.config(), sources.stores));
  }
  const bool is_wrong = error.kind == Kind::kUsage || error.kind == Kind::kBadInput;
  return is_wrong ? frame.texts.Fill("wrong.subject", {asked.subject}) : std::string(frame.Text("wrong.failed"));
}

// Nothing for what is no subject of a report, such as a reference.
std::optional<admin::Report> ReportOn(const PageSources& sources, const admin::ExplainOptions& asked) {
  auto report = admin::MakeReport(
      *sources.config(), sources.stores,
      {.subject = asked.subject, .helo = asked.helo, .sender = asked.sender, .stop = asked.stop}, sources.now());
  if (!report) return std::nullopt;
  return *std::move(report);
}

HttpResponse AnswerLookUp(const PageSources& sources, const HttpRequest& request) {
  const rules::TimePoint now = sources.now();
  const Frame frame(request, now, sources.takes_changes());
  const auto config = sources.config();
  const auto field = [&request](const char* name) { return admin::FormField(request.Parameter(name)); };
  const admin::ExplainOptions asked{.subject = std::string(request.Parameter("client")),
                                    .helo = field("helo"),
                                    .sender = field("sender"),
                                    .recipient = field("recipient"),
                                    .stop = request.stop};
  if (asked.subject.empty()) return LookUpPage(frame, *config, asked, {}, {});
  const auto found = admin::LookUp(*config, sources.stores, asked, now);
  if (found) {
    const auto report = request.Parameter("report").empty() ? std::nullopt : ReportOn(sources, asked);
    return LookUpPage(frame, *config, asked, {.found = &*found, .report = report ? &*report : nullptr}, {});
  }
  HttpResponse response = LookUpPage(frame, *config, asked, {}, WhyNotFound(frame, sources, asked, found.error()));
  response.status = StatusOf(found.error().kind);
  return response;
}

}  // namespace

HttpResponse LockedPage(const HttpRequest& request) {
  const Frame frame(request, {}, false);
  PageParts parts{.status = 401, .title = std::string(frame.Text("locked.title")), .main = {}};
  Html& html = parts.main;
  html.Element("h1", {}, frame.Text("locked.title")).Element("p", {}, frame.Text("locked.about"));
  html.Open("form", {{"class", "search"}, {"id", "unlock"}});
  html.Open("label", {{"class", "field"}}).Element("span", {}, frame.Text("change.token"));
  html.Void("input", {{"type", "password"}, {"id", "unlock-token"}, {"autocomplete", "off"}, {"maxlength", "500"}})
      .Close();
  html.Element("button", {{"type", "submit"}, {"class", "primary"}}, frame.Text("locked.button"));
  html.Element("p",
               {{"id", "unlock-result"},
                {"role", "status"},
                {"data-refused", frame.Text("change.refused")},
                {"data-unreachable", frame.Text("change.unreachable")}},
               "")
      .Close();
  return Page(frame, parts);
}

std::vector<Route> PageRoutes(const PageSources& sources) {
  using Answer = HttpResponse (*)(const PageSources&, const HttpRequest&);
  std::vector<Route> routes;
  const auto add = [&](const char* path, bool is_long, Answer answer) {
    routes.push_back(
        {.method = "GET", .path = path, .is_long = is_long, .answer = [sources, answer](const HttpRequest& request) {
           return answer(sources, request);
         }});
  };
  add("/", false, AnswerOverview);
  add("/verdicts", true, AnswerVerdicts);  // looks through the journal
  add("/verdicts/", false, AnswerVerdict);
  add("/lookup", true, AnswerLookUp);
  for (Route& route : routes) route.locked = LockedPage;
  add("/api/v1/overview", false, AnswerOverviewJson);
  struct File {
    const char *path, *name, *type;
  };
  for (const File& file :
       {File{"/assets/style.css", "style.css", "text/css; charset=utf-8"},
        File{"/assets/script.js", "script.js", "text/javascript; charset=utf-8"},
        File{"/assets/icon.svg", "icon.svg", "image/svg+xml"}, File{"/favicon.ico", "icon.svg", "image/svg+xml"}}) {
    routes.push_back(
        {.method = "GET", .path = file.path, .access = Route::Access::kAnybody, .answer = [file](const HttpRequest&) {
           return Asset(file.name, file.type);
         }});
  }
  return routes;
}

}  // namespace policyd::http::pages
