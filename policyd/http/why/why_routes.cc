#include "policyd/http/why/why_routes.h"

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "cache/entry.h"
#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/explain/explain.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/http/texts.h"
#include "policyd/http/why/causes.h"
#include "policyd/http/why/form.h"
#include "policyd/http/why/page.h"
#include "policyd/http/why/visitor.h"

namespace policyd::http::why {
namespace {

using Place = cache::Appeals::Place;

constexpr std::chrono::seconds kPatience{3};  // with the Writer
constexpr unsigned kTooManyRequests = 429;

struct Known {
  std::optional<cache::JournalRow> row;  // nothing where nothing is told
  std::optional<cache::AppealRow> appeal;
};

// What stands for the row of a reference that is not known: its page is made and thrown away, so that the work is the
// same.
std::string MakeDecoy() {
  cache::JournalRow row;
  row.client = *rules::IpAddress::Parse("192.0.2.1");
  row.name = "mail.partner.example";
  row.reverse_dns = "mismatch";
  row.helo = "mail.partner.example";
  row.sender = "somebody@partner.example";
  row.recipient = "somebody@example.com";
  row.action = "defer";
  row.reason = "mismatch";
  row.mode = "enforce";
  row.score = "12";
  row.signals = "dnsbl:8[zen.spamhaus.org],mismatch:4";
  row.reply = "DEFER_IF_PERMIT 4.7.1 Access denied. [192.0.2.1] is listed by zen.spamhaus.org (ref 00000-00000)";
  row.facts = {
      {.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {row.name}, .age = {}},
      {.asked = "forward", .name = row.name, .list = {}, .answer = "present", .records = {"192.0.2.2"}, .age = {}},
      {.asked = "list",
       .name = {},
       .list = "zen.spamhaus.org",
       .answer = "present",
       .records = {"127.0.0.2"},
       .age = {}}};
  return cache::EncodeJournal(cache::ToRecord(row));
}

// "REF", and "REF/REF" where a reply text had the reference behind {why_url} once more.
std::optional<rules::Reference> ReferenceIn(std::string_view rest) {
  return admin::ParseReference(rest.substr(0, rest.find('/')));
}

// From a page below /why/ to /why/.
std::string WayBack(const HttpRequest& request, bool is_below) {
  const bool is_deeper = is_below || request.rest.find('/') != std::string::npos;
  return is_deeper ? "../" : "./";
}

Now::Outcome OutcomeOf(const rules::Verdict& verdict) {
  if (verdict.given() == rules::Action::kGreylist) return Now::Outcome::kGreylisted;
  return verdict.turns_away() ? Now::Outcome::kTurnedAway : Now::Outcome::kPasses;
}

Site SiteFor(const config::Config& config, const HttpRequest& request, bool is_below) {
  const rules::ReplyTexts& texts = config.policy->reply;
  const auto of_replies = texts.contact.empty() ? std::nullopt : std::optional(texts.contact);
  return {.language = LanguageOf(request),
          .base = WayBack(request, is_below),
          .host = texts.hostname,
          .contact = config.why.contact ? config.why.contact : of_replies};
}

class WhySite {
 public:
  explicit WhySite(WhySources sources) : sources_(std::move(sources)), decoy_(MakeDecoy()) {}

  HttpResponse Show(const HttpRequest& request);
  HttpResponse LookAgain(const HttpRequest& request);
  HttpResponse Ask(const HttpRequest& request);

 private:
  // One visit to a page: who comes, and what it is about.
  struct Visit {
    std::shared_ptr<const config::Config> config;
    Site site;
    Visitor visitor;
    rules::TimePoint now;
    std::optional<rules::Reference> reference{};
    Known known{};
    bool has_tries = true;
  };
  // Counts the try where the reference is not known.
  Visit Open(const HttpRequest& request, bool is_below);
  Known Find(const std::optional<rules::Reference>& reference) const;
  // The page for what is known, or the one for what is not; both are made.
  HttpResponse Answer(const Visit& visit, View view) const;
  View ViewOf(const Visit& visit) const;
  void Tell(const Visit& visit, View& view) const;
  std::optional<Now> Look(const Visit& visit, const std::stop_token& stop) const;
  AppealNote Keep(const Visit& visit, const cache::AppealRow& row) const;
  Place PlaceFor(const cache::AppealRow& row) const;

  const WhySources sources_;
  const std::string decoy_;
  Tries tries_;  // of references that are not known
  Tries looks_;  // at DNS
};

HttpResponse PageResponse(const Site& site, unsigned status, std::string html) {
  HttpResponse response{.status = status, .content_type = "text/html; charset=utf-8", .body = std::move(html)};
  response.headers.emplace_back("Content-Language", Code(site.language));
  response.headers.emplace_back("Vary", "Accept-Language");
  if (status == kTooManyRequests) response.headers.emplace_back("Retry-After", "3600");
  return response;
}

HttpResponse SeeOther(std::string way) {
  return {.status = 303, .body = {}, .headers = {{"Location", std::move(way)}}};
}

Known WhySite::Find(const std::optional<rules::Reference>& reference) const {
  cache::ReadTransaction snapshot(sources_.stores.records_environment());
  // What is no reference is looked for, too.
  const rules::Reference wanted = reference.value_or(rules::Reference{});
  Known known{.row = sources_.stores.journal().Find(snapshot, wanted),
              .appeal = sources_.stores.appeals().Find(snapshot, wanted)};
  if (!reference || !known.row || !IsTold(*known.row)) known.row.reset();
  return known;
}

WhySite::Visit WhySite::Open(const HttpRequest& request, bool is_below) {
  Visit visit{.config = sources_.config(), .site = {}, .visitor = {}, .now = sources_.now()};
  visit.site = SiteFor(*visit.config, request, is_below);
  visit.visitor = VisitorOf(request, visit.config->why.proxies);
  visit.has_tries = tries_.Take(visit.visitor, visit.now);
  if (!visit.has_tries) return visit;
  visit.reference = ReferenceIn(request.rest);
  visit.known = Find(visit.reference);
  if (visit.known.row) tries_.GiveBack(visit.visitor);
  return visit;
}

// What became of the appeal.
void WhySite::Tell(const Visit& visit, View& view) const {
  view.appeal = visit.known.appeal;
  if (view.appeal) view.appeal_standing = admin::StandingOf(sources_.stores, *view.appeal, visit.now);
}

View WhySite::ViewOf(const Visit& visit) const {
  View view{.row = visit.known.row ? *visit.known.row : *cache::DecodeJournalRow(decoy_)};
  view.time = visit.now;
  view.since = admin::WhatBecameOf(sources_.stores, *visit.config->policy, view.row, {}, visit.now);
  view.takes_appeals = visit.config->why.requests;
  Tell(visit, view);
  return view;
}

HttpResponse WhySite::Answer(const Visit& visit, View view) const {
  std::string unknown = UnknownPage(visit.site);
  std::string known = WhyPage(visit.site, view);
  if (!visit.known.row) return PageResponse(visit.site, 404, std::move(unknown));
  return PageResponse(visit.site, 200, std::move(known));
}

HttpResponse WhySite::Show(const HttpRequest& request) {
  if (request.rest.empty()) {
    if (request.Parameter("ref").empty()) {
      const Site site = SiteFor(*sources_.config(), request, false);
      return PageResponse(site, 200, EntryPage(site));
    }
    const auto reference = admin::ParseReference(request.Parameter("ref"));
    const std::string language = "?lang=" + std::string(Code(LanguageOf(request)));
    if (reference) return SeeOther("./" + reference->ToString() + language);
  }
  const Visit visit = Open(request, false);
  if (!visit.has_tries) return PageResponse(visit.site, kTooManyRequests, TooManyTriesPage(visit.site));
  return Answer(visit, ViewOf(visit));
}

std::optional<Now> WhySite::Look(const Visit& visit, const std::stop_token& stop) const {
  const admin::ExplainOptions options{.subject = visit.reference->ToString(), .stop = stop};
  const auto explained = admin::Explain(*visit.config, sources_.stores, options, visit.now);
  if (!explained) return std::nullopt;
  Now now{.looked = visit.now, .facts = {}, .outcome = OutcomeOf(explained->result.finished.verdict)};
  for (const auto& [question, fact] : explained->dns_facts) {
    now.facts.push_back(rules::Describe(*visit.config->policy, question, fact, visit.now));
  }
  return now;
}

HttpResponse WhySite::LookAgain(const HttpRequest& request) {
  const Visit visit = Open(request, true);
  if (!visit.has_tries) return PageResponse(visit.site, kTooManyRequests, TooManyTriesPage(visit.site));
  View view = ViewOf(visit);
  if (!visit.known.row) return Answer(visit, std::move(view));
  view.looked_too_often = !looks_.Take(visit.visitor, visit.now);
  if (!view.looked_too_often) view.now = Look(visit, request.stop);
  HttpResponse response = Answer(visit, view);
  if (view.looked_too_often) response.status = kTooManyRequests;
  return response;
}

Place WhySite::PlaceFor(const cache::AppealRow& row) const {
  cache::ReadTransaction snapshot(sources_.stores.records_environment());
  return sources_.stores.appeals().PlaceFor(snapshot, row, {});
}

// The Writer looks once more whether there is a place, so what was written tells.
AppealNote WhySite::Keep(const Visit& visit, const cache::AppealRow& row) const {
  const auto note_of = [](Place place) {
    switch (place) {
      case Place::kFree:
      case Place::kAskedBefore:  // the page shows what became of that
        return AppealNote::kNone;
      case Place::kNetworkHasAsked:
        return AppealNote::kNetworkHasAsked;
      case Place::kFull:
        return AppealNote::kFull;
    }
    return AppealNote::kFailed;
  };
  const Place place = PlaceFor(row);
  if (place != Place::kFree) return note_of(place);
  cache::RecordWrite write;
  write.appeal = row;
  write.told = std::make_shared<std::promise<bool>>();
  auto told = write.told->get_future();
  if (!sources_.record(std::move(write))) return AppealNote::kFailed;
  if (told.wait_for(kPatience) != std::future_status::ready || !told.get()) return AppealNote::kFailed;
  if (Find(visit.reference).appeal == row) {
    if (sources_.appealed) sources_.appealed(row);
    return AppealNote::kReceived;
  }
  return note_of(PlaceFor(row));
}

HttpResponse WhySite::Ask(const HttpRequest& request) {
  Visit visit = Open(request, false);
  if (!visit.has_tries) return PageResponse(visit.site, kTooManyRequests, TooManyTriesPage(visit.site));
  View view = ViewOf(visit);
  if (!visit.known.row || !view.takes_appeals) {
    visit.known.row.reset();
    return Answer(visit, std::move(view));
  }
  const auto text = FieldOf(request, "text");
  const rules::GreylistSettings& greylist = visit.config->policy->greylist;
  cache::AppealRow row{.reference = *visit.reference,
                       .asked = visit.now,
                       .turned_away = view.row.first,
                       .client = view.row.client,
                       .text = admin::AppealText(text.value_or(std::string()))};
  if (visit.visitor) {
    const int bits = visit.visitor->is_v4() ? greylist.network_v4 : greylist.network_v6;
    row.asker = rules::Network(*visit.visitor, bits).ToString();
  }
  const bool is_ours = text && IsFromOurPage(request, visit.config->policy->reply.why_url);
  view.note = is_ours ? Keep(visit, row) : AppealNote::kForeign;
  visit.known.appeal = Find(visit.reference).appeal;
  Tell(visit, view);
  HttpResponse response = Answer(visit, view);
  switch (view.note) {
    case AppealNote::kReceived:
      break;
    case AppealNote::kNone:
      response.status = 409;
      break;
    case AppealNote::kNetworkHasAsked:
    case AppealNote::kFull:
      response.status = kTooManyRequests;
      break;
    case AppealNote::kFailed:
      response.status = 503;
      break;
    case AppealNote::kForeign:
      response.status = 403;
      break;
  }
  return response;
}

}  // namespace

std::vector<Route> WhyRoutes(WhySources sources) {
  const auto site = std::make_shared<WhySite>(std::move(sources));
  const auto show = [site](const HttpRequest& request) { return site->Show(request); };
  const auto look = [site](const HttpRequest& request) { return site->LookAgain(request); };
  const auto ask = [site](const HttpRequest& request) { return site->Ask(request); };
  const auto style = [](const HttpRequest&) {
    return HttpResponse{.content_type = "text/css; charset=utf-8", .body = std::string(BuiltInText("why.css"))};
  };
  const auto icon = [](const HttpRequest&) {
    return HttpResponse{.content_type = "image/svg+xml", .body = std::string(BuiltInText("icon.svg"))};
  };
  const auto enter = [](const HttpRequest&) { return SeeOther("./why/"); };
  constexpr auto kAnybody = Route::Access::kAnybody;
  return {{.method = "GET", .path = "/why", .access = kAnybody, .answer = enter},
          {.method = "GET", .path = "/why/", .access = kAnybody, .answer = show},
          {.method = "GET", .path = "/why/now/", .access = kAnybody, .is_long = true, .answer = look},
          {.method = "GET", .path = "/why/style.css", .access = kAnybody, .answer = style},
          {.method = "GET", .path = "/why/icon.svg", .access = kAnybody, .answer = icon},
          {.method = "POST", .path = "/why/", .access = kAnybody, .answer = ask}};
}

}  // namespace policyd::http::why
