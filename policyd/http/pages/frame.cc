#include "policyd/http/pages/frame.h"

#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/wording.h"

namespace policyd::http::pages {
namespace {

constexpr std::string_view kChanges[] = {"whitelist", "blocklist", "unblock", "allow", "refuse", "undo"};

void AddHead(Html& html, const PageParts& parts) {
  html.Open("head").Void("meta", {{"charset", "utf-8"}});
  html.Void("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.Void("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.Element("title", {}, parts.title + " · Sekimori");
  html.Void("link", {{"rel", "icon"}, {"type", "image/svg+xml"}, Attribute::Href(Url("/assets/icon.svg"))});
  html.Void("link", {{"rel", "stylesheet"}, Attribute::Href(Url("/assets/style.css"))});
  html.Script(Url("/assets/script.js"));
  html.Close();
}

void AddNavigation(Html& html, const Frame& frame, Place here) {
  html.Open("nav", {{"aria-label", frame.Text("nav.label")}});
  const auto add = [&](Place place, const char* path, const char* text) {
    html.Element("a",
                 {Attribute::Href(frame.Link(path)),
                  {"class", place == here ? "here" : ""},
                  {"aria-current", place == here ? "page" : "false"}},
                 frame.Text(text));
  };
  add(Place::kOverview, "/", "nav.overview");
  add(Place::kVerdicts, "/verdicts", "nav.verdicts");
  add(Place::kLookUp, "/lookup", "nav.lookup");
  html.Close();
}

void AddHeader(Html& html, const Frame& frame, Place here) {
  html.Element("a", {{"class", "skip"}, Attribute::Href(Url("").At("main"))}, frame.Text("nav.skip"));
  html.Open("header", {{"class", "top"}});
  html.Open("a", {{"class", "brand"}, Attribute::Href(frame.Link("/"))});
  html.Void("img", {Attribute::Src(Url("/assets/icon.svg")), {"alt", ""}, {"width", "24"}, {"height", "24"}});
  html.Element("span", {}, "Sekimori").Close();
  AddNavigation(html, frame, here);
  html.Open("form", {{"class", "find"},
                     {"role", "search"},
                     {"aria-label", frame.Text("nav.lookup")},
                     {"method", "get"},
                     Attribute::Action(Url("/lookup"))});
  html.Void("input", {{"type", "search"},
                      {"name", "client"},
                      {"maxlength", "254"},
                      {"placeholder", frame.Text("find.placeholder")},
                      {"aria-label", frame.Text("find.placeholder")},
                      {"spellcheck", "false"},
                      {"autocapitalize", "none"}});
  html.Void("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(frame.language)}});
  html.Element("button", {{"type", "submit"}}, frame.Text("find.button")).Close();
  html.Open("p", {{"class", "languages"}});
  for (const Language language : kLanguages) {
    const bool is_this = language == frame.language;
    html.Element("a",
                 {Attribute::Href(frame.InLanguage(language)),
                  {"lang", Code(language)},
                  {"hreflang", Code(language)},
                  {"aria-current", is_this ? "true" : "false"}},
                 Texts::Of(language)("language.name"));
  }
  html.Close().Close();
}

void AddField(Html& html, std::string_view id, std::string_view type, std::string_view label, std::string_view more) {
  html.Open("label", {{"class", "field"}}).Element("span", {}, label);
  html.Void("input", {{"id", id}, {"name", id}, {"type", type}, {"autocomplete", "off"}, {"maxlength", more}});
  html.Close();
}

// What the script needs to ask before a change: all its words are here.
void AddChangeDialog(Html& html, const Frame& frame) {
  html.Open("dialog", {{"id", "change"}, {"aria-labelledby", "change-title"}});
  html.Open("form", {{"method", "dialog"}});
  html.Element("h2", {{"id", "change-title"}}, "");
  for (const std::string_view change : kChanges) {
    const std::string key = "change." + std::string(change);
    html.Element("p", {{"hidden", true}, {"data-change", change}, {"data-title", frame.Text(key)}},
                 frame.Text(key + ".about"));
  }
  html.Open("p", {{"class", "target"}}).Element("code", {{"id", "change-target"}}, "").Close();
  AddField(html, "change-comment", "text", frame.Text("change.comment"), "500");
  AddField(html, "change-by", "text", frame.Text("change.by"), "100");
  AddField(html, "change-token", "password", frame.Text("change.token"), "500");
  html.Element("p",
               {{"id", "change-result"},
                {"role", "status"},
                {"data-done-whitelist", frame.Text("change.done.whitelist")},
                {"data-done-blocklist", frame.Text("change.done.blocklist")},
                {"data-done-refuse", frame.Text("change.done.refuse")},
                {"data-done-undo", frame.Text("change.done.undo")},
                {"data-done-back", frame.Text("change.done.back")},
                {"data-error-400", frame.Text("change.error.400")},
                {"data-error-401", frame.Text("change.error.401")},
                {"data-error-403", frame.Text("change.error.403")},
                {"data-error-404", frame.Text("change.error.404")},
                {"data-error-409", frame.Text("change.error.409")},
                {"data-error-429", frame.Text("change.error.429")},
                {"data-error-500", frame.Text("change.error.500")},
                {"data-error-503", frame.Text("change.error.503")},
                {"data-refused", frame.Text("change.refused")},
                {"data-unreachable", frame.Text("change.unreachable")}},
               "");
  html.Open("p", {{"class", "buttons"}});
  html.Element("button", {{"id", "change-cancel"}, {"value", "cancel"}, {"formnovalidate", true}},
               frame.Text("change.cancel"));
  html.Element("button", {{"id", "change-undo"}, {"type", "button"}, {"hidden", true}}, frame.Text("change.revert"));
  html.Element("button", {{"id", "change-do"}, {"type", "button"}, {"class", "primary"}}, frame.Text("change.do"));
  html.Close().Close().Close();
}

}  // namespace

Frame::Frame(const HttpRequest& request, rules::TimePoint now_, bool takes_changes_)
    : language(LanguageOf(request)),
      texts(Texts::Of(language)),
      now(now_),
      takes_changes(takes_changes_),
      is_chosen_(!request.Parameter("lang").empty()),
      path_(request.path),
      query_(request.query) {}

Url Frame::Link(std::string_view path) const {
  Url url(path);
  if (is_chosen_) url.With("lang", Code(language));
  return url;
}

Url Frame::InLanguage(Language other) const {
  Url url(path_);
  for (const auto& [name, value] : query_) {
    if (name != "lang") url.With(name, value);
  }
  return url.With("lang", Code(other));
}

HttpResponse Page(const Frame& frame, const PageParts& parts) {
  Html html;
  html.Open("html", {{"lang", Code(frame.language)}});
  AddHead(html, parts);
  html.Open("body", {{"data-refresh", std::to_string(parts.refresh_after.value_or(std::chrono::seconds{0}).count())},
                     {"data-takes-changes", frame.takes_changes ? "yes" : "no"}});
  AddHeader(html, frame, parts.place);
  html.Open("main", {{"id", "main"}, {"tabindex", "-1"}}).Add(parts.main).Close();
  if (frame.takes_changes) AddChangeDialog(html, frame);
  html.Element("output", {{"id", "pointer"}, {"hidden", true}}, "");
  html.Open("footer");
  html.Text(frame.Text("footer.made")).Text(" ").Add(TimeOf(frame.now, FullTimeText(frame.now)));
  html.Text(" " + ZoneText(frame.now)).Close().Close().Close();
  return {.status = parts.status, .content_type = "text/html; charset=utf-8", .body = html.Document()};
}

void OpenCard(Html& html, const Card& card) {
  const std::string heading = std::string(card.id) + "-title";
  const std::string label = card.group.empty() ? heading : std::string(card.group) + ' ' + heading;
  html.Open("section", {{"id", card.id}, {"class", "card " + std::string(card.look)}, {"aria-labelledby", label}});
  if (card.group.empty()) {
    html.Element("h2", {{"id", heading}}, card.title);
  } else {
    html.Element("h3", {{"id", heading}}, card.title);
  }
}

Html ActionBadge(const Frame& frame, std::string_view action) {
  Html html;
  html.Element("span", {{"class", "badge a-" + std::string(action)}, {"data-action", action}},
               frame.texts.Word("action", action));
  return html;
}

Html TimeOf(rules::TimePoint time, const std::string& shown) {
  Html html;
  html.Element("time", {{"datetime", rules::PrintTime(time)}, {"title", FullTimeText(time)}}, shown);
  return html;
}

Html ChangeButton(const Frame& frame, std::string_view what, std::string_view target, std::string_view list) {
  Html html;
  if (!frame.takes_changes) return html;
  const std::string_view text = frame.Text("button." + std::string(what));
  return html.Element("button",
                      {{"type", "button"},
                       {"class", "change"},
                       {"data-change", what},
                       {"data-target", target},
                       {"data-list", list},
                       // Of many that do the same each says to what, to those who hear it.
                       {"aria-label", std::string(text) + ' ' + std::string(target)}},
                      text);
}

std::string WhyText(const Frame& frame, const cache::JournalRow& row) {
  std::string text = frame.texts.Word("reason", row.reason);
  if (const std::string lists = admin::ListsOf(row); !lists.empty()) text += ": " + lists;
  if (!row.entry.empty()) text += ": " + row.entry;
  if (!row.table.empty()) text += ": " + row.table;
  return text;
}

Html VerdictTable(const Frame& frame, const std::vector<cache::JournalRow>& rows) {
  Html html;
  if (rows.empty()) return html.Element("p", {{"class", "none"}}, frame.Text("verdicts.none"));
  html.Open("table", {{"class", "verdicts"}, {"role", "table"}, {"data-filter", frame.Text("search.filter")}});
  html.Open("thead", {{"role", "rowgroup"}}).Open("tr", {{"role", "row"}});
  for (const char* column : {"time", "action", "client", "mail", "why", "score", "reference"}) {
    html.Element("th", {{"scope", "col"}, {"role", "columnheader"}, {"class", column}},
                 frame.Text("column." + std::string(column)));
  }
  html.Close().Close().Open("tbody", {{"role", "rowgroup"}});
  for (const cache::JournalRow& row : rows) {
    const std::string reference = row.reference.ToString(), client = row.client.ToString();
    html.Open("tr", {{"role", "row"}, {"data-reference", reference}, {"data-action", row.intended()}});
    html.Open("td", {{"class", "time"}, {"role", "cell"}});
    const bool is_today = FullTimeText(row.last).substr(0, 10) == FullTimeText(frame.now).substr(0, 10);
    html.Add(TimeOf(row.last, is_today ? FullTimeText(row.last).substr(11) : DayAndClockText(row.last)));
    if (row.times > 1) html.Element("small", {}, "×" + CountText(row.times));
    html.Close().Open("td", {{"class", "action"}, {"role", "cell"}}).Add(ActionBadge(frame, row.action));
    if (!row.would.empty())
      html.Element("small", {}, frame.texts.Fill("verdict.would", {frame.texts.Word("action", row.would)}));
    html.Close().Open("td", {{"class", "client"}, {"role", "cell"}});
    html.Element("a", {Attribute::Href(frame.Link("/lookup").With("client", client))}, client);
    html.Element("span", {{"class", "name"}}, row.name.empty() ? frame.Text("verdict.no_name") : row.name).Close();
    html.Open("td", {{"class", "mail"}, {"role", "cell"}});
    html.Element("span", {{"class", "sender"}}, row.sender.empty() ? "<>" : row.sender);
    html.Element("span", {{"class", "recipient"}}, "→ " + row.recipient).Close();
    html.Element("td", {{"class", "why"}, {"role", "cell"}, {"title", SignalsText(frame.texts, row)}},
                 WhyText(frame, row));
    html.Element("td", {{"class", "score number"}, {"role", "cell"}}, row.score);
    html.Open("td", {{"class", "reference"}, {"role", "cell"}});
    html.Element("a", {Attribute::Href(frame.Link("/verdicts/" + reference))}, reference);
    if (admin::WasTurnedAway(row)) html.Add(ChangeButton(frame, "unblock", reference));
    html.Close().Close();
  }
  return html.Close().Close();
}

}  // namespace policyd::http::pages
