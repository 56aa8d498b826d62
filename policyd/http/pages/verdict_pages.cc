// The search in the journal, and one verdict in full.
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/http/pages/evidence.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/pages.h"

namespace policyd::http::pages {
namespace {

constexpr std::chrono::seconds kVerdictsRefresh{60};
constexpr const char* kSinces[] = {"1h", "24h", "7d", "14d"};

void AddInput(Html& html, const Frame& frame, const char* name, std::string_view value) {
  html.Open("label", {{"class", "field"}}).Element("span", {}, frame.Text("column." + std::string(name)));
  html.Void("input", {{"type", "search"},
                      {"name", name},
                      {"value", value},
                      {"maxlength", "254"},
                      {"placeholder", frame.Text("search." + std::string(name))},
                      {"spellcheck", "false"},
                      {"autocapitalize", "none"}});
  html.Close();
}

void AddChoice(Html& html, const char* name, std::string_view label,
               const std::vector<std::pair<std::string, std::string>>& choices, std::string_view chosen) {
  html.Open("label", {{"class", "field"}}).Element("span", {}, label).Open("select", {{"name", name}});
  for (const auto& [value, text] : choices) {
    html.Element("option", {{"value", value}, {"selected", value == chosen}}, text);
  }
  html.Close().Close();
}

void AddForm(Html& html, const Frame& frame, const VerdictSearchForm& form) {
  html.Open("form", {{"class", "search"}, {"method", "get"}, Attribute::Action(Url("/verdicts"))});
  AddInput(html, frame, "client", form.client);
  AddInput(html, frame, "sender", form.sender);
  AddInput(html, frame, "recipient", form.recipient);
  std::vector<std::pair<std::string, std::string>> actions{{"", std::string(frame.Text("search.any"))}};
  for (const rules::Action action : rules::kAllActions) {
    actions.emplace_back(rules::Name(action), frame.texts.Word("action", rules::Name(action)));
  }
  AddChoice(html, "action", frame.Text("column.action"), actions, form.action);
  std::vector<std::pair<std::string, std::string>> sinces;
  for (const char* since : kSinces) sinces.emplace_back(since, frame.texts.Word("spans", since));
  AddChoice(html, "since", frame.Text("search.since"), sinces, form.since);
  html.Void("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(frame.language)}});
  html.Element("button", {{"type", "submit"}, {"class", "primary"}}, frame.Text("search.button")).Close();
}

void AddMail(Html& html, const Frame& frame, const cache::JournalRow& row) {
  OpenCard(html, {"mail", frame.Text("verdict.mail"), "half"});
  std::vector<Row> rows{
      {frame.Text("column.client"), row.client.ToString()},
      {frame.Text("verdict.name"), row.name.empty() ? std::string(frame.Text("verdict.no_name")) : row.name},
      {frame.Text("verdict.reverse_dns"), frame.texts.Word("reverse", admin::ReverseDnsOf(row))},
      {"HELO", row.helo},
      {frame.Text("column.sender"), row.sender.empty() ? "<>" : row.sender},
      {frame.Text("column.recipient"), row.recipient},
      {frame.Text("verdict.first"), FullTimeText(row.first)},
      {frame.Text("verdict.last"), FullTimeText(row.last)},
      {frame.Text("verdict.times"), CountText(row.times)}};
  if (!row.spf.empty()) rows.push_back({"SPF", row.spf});
  if (!row.recipient_class.empty()) rows.push_back({frame.Text("verdict.class"), row.recipient_class});
  AddRows(html, rows);
  html.Close();
}

void AddDecision(Html& html, const Frame& frame, const cache::JournalRow& row) {
  OpenCard(html, {"decision", frame.Text("verdict.why"), "half"});
  html.Element("p", {{"class", "because"}}, WhyText(frame, row));
  std::vector<ShownSignal> signals;
  for (const admin::RowSignal& signal : admin::SignalsOf(row))
    signals.push_back({signal.kind, rules::PrintPoints(signal.points), signal.detail});
  AddSignals(html, frame, signals, row.score, !admin::IsTurnedAway(row));
  if (!row.reply.empty()) {
    html.Element("h3", {}, frame.Text("verdict.reply"))
        .Open("p", {{"class", "reply"}})
        .Element("code", {}, row.reply)
        .Close();
  }
  html.Close();
}

// What enforce would have done, and why it was not done.
void AddWould(Html& html, const Frame& frame, const cache::JournalRow& row) {
  if (row.would.empty()) return;
  const bool is_enforced = row.mode == rules::Name(rules::Mode::kEnforce);
  const char* key = is_enforced                    ? "verdict.would.stage"
                    : !row.recipient_class.empty() ? "verdict.would.class"
                                                   : "verdict.would.mode";
  html.Element("p", {{"class", "would"}},
               frame.texts.Fill(key, {frame.texts.Word("action", row.would), frame.texts.Word("mode_name", row.mode),
                                      row.recipient_class}));
}

// What became of the mail since.
void AddSince(Html& html, const Frame& frame, const admin::MailSince& since) {
  if (since.arrived) {
    html.Element("p", {{"class", "since"}}, frame.texts.Fill("verdict.arrived", {FullTimeText(*since.arrived)}));
  } else if (since.passes_from && since.passes_until) {
    html.Element(
        "p", {{"class", "since"}},
        frame.texts.Fill("verdict.comes_back", {FullTimeText(*since.passes_from), FullTimeText(*since.passes_until)}));
  }
}

}  // namespace

HttpResponse VerdictsPage(const Frame& frame, const VerdictSearchForm& form, const std::vector<cache::JournalRow>& rows,
                          const std::string& error) {
  PageParts parts{.status = error.empty() ? 200U : 400U,
                  .place = Place::kVerdicts,
                  .title = std::string(frame.Text("verdicts.title")),
                  .refresh_after = error.empty() ? std::optional(kVerdictsRefresh) : std::nullopt,
                  .main = {}};
  Html& html = parts.main;
  html.Element("h1", {}, frame.Text("verdicts.title"));
  AddForm(html, frame, form);
  if (!error.empty()) html.Element("p", {{"class", "error"}, {"role", "alert"}, {"id", "error"}}, error);
  OpenCard(html, {"found", frame.texts.Fill("verdicts.found", {CountText(rows.size())}), "wide"});
  html.Add(VerdictTable(frame, rows)).Close();
  return Page(frame, parts);
}

HttpResponse VerdictPage(const Frame& frame, const ShownVerdict& verdict) {
  const cache::JournalRow& row = verdict.row;
  const std::string reference = row.reference.ToString(), client = row.client.ToString();
  PageParts parts{.place = Place::kVerdicts, .title = reference, .main = {}};
  Html& html = parts.main;
  html.Open("h1", {{"class", "verdict"}}).Add(ActionBadge(frame, row.action)).Text(" ");
  html.Element("code", {{"id", "reference"}}, reference).Close();
  AddWould(html, frame, row);
  if (admin::WasTurnedAway(row)) AddSince(html, frame, verdict.since);
  html.Open("p", {{"class", "buttons"}});
  if (admin::WasTurnedAway(row) && !verdict.since.arrived) html.Add(ChangeButton(frame, "unblock", reference));
  html.Add(ChangeButton(frame, "whitelist", client)).Add(ChangeButton(frame, "blocklist", client));
  html.Element("a", {{"class", "button"}, Attribute::Href(frame.Link("/lookup").With("client", reference))},
               frame.Text("verdict.ask_now"));
  html.Close().Open("div", {{"class", "cards"}});
  AddDecision(html, frame, row);
  AddMail(html, frame, row);
  if (verdict.now) AddConduct(html, frame, verdict.now->conduct);
  if (verdict.now) AddRemedies(html, frame, *verdict.now, "remedies.remembered");
  OpenCard(html, {"facts", frame.Text("verdict.facts"), "wide"});
  AddFacts(html, frame, row.facts);
  html.Close().Close();
  return Page(frame, parts);
}

}  // namespace policyd::http::pages
