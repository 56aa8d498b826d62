#include "policyd/http/pages/requests_card.h"

#include "policyd/http/pages/figures.h"

namespace policyd::http::pages {
namespace {

void AddWho(Html& html, const Frame& frame, const admin::Request& request) {
  const std::string client = request.row.client.ToString();
  html.Open("td", {{"class", "client"}});
  html.Element("a", {Attribute::Href(frame.Link("/lookup").With("client", client))}, client);
  if (request.verdict) {
    const cache::JournalRow& row = *request.verdict;
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

void AddRequest(Html& html, const Frame& frame, const admin::Request& request) {
  const std::string id = request.row.reference.ToString();
  html.Open("tr", {{"data-request", id}});
  html.Open("td", {{"class", "time"}}).Add(TimeOf(request.row.asked, DayAndClockText(request.row.asked))).Close();
  AddWho(html, frame, request);
  html.Open("td", {{"class", "why"}});
  if (request.verdict) html.Text(WhyText(frame, *request.verdict));
  html.Close().Open("td", {{"class", "text"}});
  request.row.text.empty() ? html.Text("–") : html.Foreign(request.row.text);
  html.Close().Open("td", {{"class", "reference"}});
  html.Element("a", {Attribute::Href(frame.Link("/verdicts/" + id))}, id);
  html.Add(ChangeButton(frame, "allow", id)).Add(ChangeButton(frame, "refuse", id)).Close().Close();
}

}  // namespace

void AddRequests(Html& html, const Frame& frame, const admin::Overview& overview) {
  if (overview.requests.empty()) return;
  OpenCard(html, {"requests", frame.Text("requests.title"), "wide"});
  html.Open("div", {{"class", "scroll"}}).Open("table", {{"class", "requests"}}).Open("thead").Open("tr");
  for (const char* column : {"requests.asked", "column.client", "column.why", "requests.text", "column.reference"}) {
    html.Element("th", {{"scope", "col"}}, frame.Text(column));
  }
  html.Close().Close().Open("tbody");
  for (const admin::Request& request : overview.requests) AddRequest(html, frame, request);
  html.Close().Close().Close();
  if (overview.requests_waiting > overview.requests.size()) {
    const std::string more = std::to_string(overview.requests_waiting - overview.requests.size());
    html.Element("p", {{"class", "more"}}, frame.texts.Sentence("requests.more", {{"0", Html().Text(more)}}));
  }
  html.Close();
}

}  // namespace policyd::http::pages
