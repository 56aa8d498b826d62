#include "policyd/http/pages/outgoing_card.h"

#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/wording.h"

namespace policyd::http::pages {
namespace {

std::string Of(std::uint32_t count, const rules::Limit& limit) {
  return CountText(count) + (limit ? " / " + CountText(*limit) : std::string());
}

void AddLogin(Html& html, const Frame& frame, const admin::LoginFigures& login) {
  html.Open("tr", {{"data-login-state", admin::Word(login)}});
  html.Open("th", {{"scope", "row"}}).Foreign(login.login).Close();
  html.Element("td", {}, frame.texts.Word("login", admin::Word(login)));
  html.Element("td", {{"class", "number"}}, Of(login.recipients_of_hour, login.limits.recipients_per_hour));
  html.Element("td", {{"class", "number"}}, Of(login.recipients_of_day, login.limits.recipients_per_day));
  std::string why;
  for (const rules::Signal& signal : login.signals) {
    why += (why.empty() ? "" : ", ") + std::string(frame.texts.Word("signal", rules::Name(signal.kind)));
  }
  html.Element("td", {}, why.empty() ? "–" : why).Close();
}

}  // namespace

void AddOutgoing(Html& html, const Frame& frame, const admin::Overview& overview) {
  if (!overview.outgoing) return;
  const admin::OutboundTally& tally = *overview.outgoing;
  OpenCard(html, {"outgoing", frame.Text("outgoing.title"), "wide"});
  html.Element(
      "p", {{"class", "note"}},
      frame.texts.Fill("outgoing.sent", {CountText(overview.sent_messages()), CountText(overview.sent_recipients())}));
  if (tally.logins.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text("outgoing.none")).Close();
    return;
  }
  html.Open("div", {{"class", "scroll"}}).Open("table").Open("thead").Open("tr");
  for (const char* column : {"login", "state", "hour", "day", "why"}) {
    const bool is_number = std::string_view(column) == "hour" || std::string_view(column) == "day";
    html.Element("th", {{"scope", "col"}, {"class", is_number ? "number" : ""}},
                 frame.Text("outgoing." + std::string(column)));
  }
  html.Close().Close().Open("tbody");
  for (const admin::LoginFigures& login : tally.logins) AddLogin(html, frame, login);
  html.Close().Close().Close();
  if (tally.all() > tally.logins.size()) {
    const std::string more = std::to_string(tally.all() - tally.logins.size());
    html.Element("p", {{"class", "more"}}, frame.texts.Sentence("outgoing.more", {{"0", Html().Text(more)}}));
  }
  html.Close();
}

}  // namespace policyd::http::pages
