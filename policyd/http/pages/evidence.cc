#include "policyd/http/pages/evidence.h"

#include <algorithm>

#include "policyd/admin/stores/facts.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/http/pages/figures.h"

namespace policyd::http::pages {
namespace {

// A list that lists the client speaks against it; for names it is the other way round.
std::string LookOf(const rules::FactText& fact) {
  if (fact.answer == "unavailable") return "z-slow";
  const bool is_list = !fact.list.empty();
  const bool is_good = (fact.answer == "present") != is_list;
  return is_good ? "z-healthy" : "z-dead";
}

// Why there is nothing to change: of a mail that a reference names, which may have been told to wait and passes now, or
// of a client that was typed in.
const char* NothingKey(const admin::Explained& explained) {
  if (explained.result.finished.verdict.reason == rules::Reason::kFailOpen) return "remedies.unknown";
  if (!explained.then) return "remedies.none.client";
  return admin::IsTurnedAway(*explained.then) ? "remedies.none.now" : "remedies.none";
}

}  // namespace

void AddRows(Html& html, const std::vector<Row>& rows) {
  html.Open("table", {{"class", "plain"}}).Open("tbody");
  for (const Row& row : rows) {
    html.Open("tr").Element("th", {{"scope", "row"}}, row.title).Element("td", {}, row.value).Close();
  }
  html.Close().Close();
}

void AddSignals(Html& html, const Frame& frame, const std::vector<ShownSignal>& signals, std::string_view score,
                bool is_let_in) {
  if (signals.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text(is_let_in ? "signals.none" : "signals.other"));
    return;
  }
  html.Open("table", {{"class", "signals"}}).Open("tbody");
  for (const ShownSignal& signal : signals) {
    html.Open("tr", {{"data-signal", signal.kind}})
        .Open("th", {{"scope", "row"}})
        .Text(frame.texts.Word("signal", signal.kind));
    if (!signal.detail.empty()) html.Element("small", {}, signal.detail);
    html.Close().Element("td", {{"class", "number"}}, signal.points).Close();
  }
  html.Close().Open("tfoot").Open("tr").Element("th", {{"scope", "row"}}, frame.Text("column.score"));
  html.Element("td", {{"class", "number"}}, score).Close().Close().Close();
}

void AddFacts(Html& html, const Frame& frame, const std::vector<rules::FactText>& facts) {
  if (facts.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text("facts.none"));
    return;
  }
  std::vector<rules::FactText> sorted = facts;
  const auto order = [](const rules::FactText& fact) { return fact.asked == "ptr" ? 0 : fact.list.empty() ? 1 : 2; };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  html.Open("div", {{"class", "scroll"}}).Open("table", {{"class", "facts"}}).Open("thead").Open("tr");
  for (const char* column : {"question", "about", "answer", "age"}) {
    html.Element("th", {{"scope", "col"}}, frame.Text("facts." + std::string(column)));
  }
  html.Close().Close().Open("tbody");
  for (const rules::FactText& fact : sorted) {
    html.Open("tr", {{"data-asked", fact.asked}, {"data-answer", fact.answer}});
    html.Element("th", {{"scope", "row"}}, frame.texts.Word("asked", fact.asked)).Element("td", {}, fact.About());
    html.Open("td").Element("i", {{"class", "dot " + LookOf(fact)}, {"aria-hidden", "true"}}, "");
    html.Text(frame.texts.Word(fact.list.empty() ? "answer" : "list_answer", fact.answer));
    for (const std::string& record : fact.records)
      html.Open("span", {{"class", "record"}}).Element("code", {}, record).Close();
    html.Close().Element("td", {}, fact.age ? frame.texts.Duration(*fact.age) : "–").Close();
  }
  html.Close().Close().Close();
}

void AddConduct(Html& html, const Frame& frame, const std::optional<admin::Conduct>& conduct) {
  if (!conduct) return;
  const rules::ConductFigures& figures = conduct->view.figures;
  OpenCard(html, {"conduct", frame.Text("conduct.title"), "wide"});
  AddRows(html, {{frame.Text("conduct.key"), conduct->client_key},
                 {frame.Text("conduct.rating"),
                  std::string(frame.texts.Word("rating", rules::Name(conduct->view.reputation)))},
                 {frame.Text("conduct.yesterday"), CountText(figures.yesterday)},
                 {frame.Text("conduct.mean"), CountText(figures.month_mean())}});
  if (conduct->view.because.empty()) html.Element("p", {{"class", "none"}}, frame.Text("conduct.none"));
  html.Open("ul");
  for (const rules::Statement& statement : conduct->view.because) html.Element("li", {}, frame.texts.Say(statement));
  html.Close().Close();
}

void AddRemedies(Html& html, const Frame& frame, const admin::Explained& explained, std::string_view basis) {
  OpenCard(html, {"remedies", frame.Text("remedies.title"), "wide"});
  const auto& finished = explained.result.finished;
  html.Open("p").Text(frame.Text(basis)).Text(" ").Add(ActionBadge(frame, rules::Name(finished.answered)));
  html.Text(" ").Text(frame.texts.Word("reason", rules::Name(finished.verdict.reason))).Close();
  if (explained.remedies.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text(NothingKey(explained))).Close();
    return;
  }
  html.Open("ul");
  for (const rules::Statement& remedy : explained.remedies) html.Element("li", {}, frame.texts.Say(remedy));
  html.Close().Close();
}

}  // namespace policyd::http::pages
