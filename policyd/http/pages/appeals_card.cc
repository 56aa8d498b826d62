#include "policyd/http/pages/appeals_card.h"

#include "policyd/http/pages/figures.h"

namespace policyd::http::pages {
namespace {

void AddWho(Html& html, const Frame& frame, const admin::Appeal& appeal) {
  const std::string client = appeal.row.client.ToString();
  html.Open("td", {{"class", "client"}});
  html.Element("a", {Attribute::Href(frame.Link("/lookup").With("client", client))}, client);
  if (appeal.verdict) {
    const cache::JournalRow& row = *appeal.verdict;
    html.Open("span", {{"class", "name"}});
    row.name.empty() ? html.Text(frame.Text("verdict.no_name")) : html.Foreign(row.name);
    html.Close()
        .Open("span")
        .Foreign(row.sender.empty() ? "<>" : row.sender)
        .Text(" → ")
        .Foreign(row.recipient)
        .Close();
  }
  html.Close();
}

void AddAppeal(Html& html, const Frame& frame, const admin::Appeal& appeal) {
  const std::string id = appeal.row.reference.ToString();
  html.Open("tr", {{"data-request", id}});
  html.Open("td", {{"class", "time"}}).Add(TimeOf(appeal.row.asked, DayAndClockText(appeal.row.asked))).Close();
  AddWho(html, frame, appeal);
  html.Open("td", {{"class", "why"}});
  if (appeal.verdict) html.Text(WhyText(frame, *appeal.verdict));
  html.Close().Open("td", {{"class", "text"}});
  appeal.row.text.empty() ? html.Text("–") : html.Foreign(appeal.row.text);
  html.Close().Open("td", {{"class", "reference"}});
  html.Element("a", {Attribute::Href(frame.Link("/verdicts/" + id))}, id);
  html.Add(ChangeButton(frame, "allow", id)).Add(ChangeButton(frame, "refuse", id)).Close().Close();
}

}  // namespace

void AddAppeals(Html& html, const Frame& frame, const admin::Overview& overview) {
  if (overview.appeals.empty()) return;
  OpenCard(html, {"requests", frame.Text("requests.title"), "wide"});
  html.Open("div", {{"class", "scroll"}}).Open("table", {{"class", "requests"}}).Open("thead").Open("tr");
  for (const char* column : {"requests.asked", "column.client", "column.why", "requests.text", "column.reference"}) {
    html.Element("th", {{"scope", "col"}}, frame.Text(column));
  }
  html.Close().Close().Open("tbody");
  for (const admin::Appeal& appeal : overview.appeals) AddAppeal(html, frame, appeal);
  html.Close().Close().Close();
  if (overview.appeals_waiting > overview.appeals.size()) {
    const std::string more = std::to_string(overview.appeals_waiting - overview.appeals.size());
    html.Element("p", {{"class", "more"}}, frame.texts.Sentence("requests.more", {{"0", Html().Text(more)}}));
  }
  html.Close();
}

}  // namespace policyd::http::pages
