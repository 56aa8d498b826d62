// Type an address, a host name, a mail address or a reference: what is known and what would help.
#include "policyd/admin/stores/facts.h"
#include "policyd/admin/times.h"
#include "policyd/admin/unblock/unblock_remedies.h"
#include "policyd/http/pages/evidence.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/pages.h"
#include "policyd/http/pages/wording.h"
#include "rules/explanation.h"

namespace policyd::http::pages {
namespace {

void AddInput(Html& html, const Frame& frame, const char* name, const char* key, const std::string& value) {
  html.Open("label", {{"class", "field " + std::string(name)}}).Element("span", {}, frame.Text(key));
  html.Void("input", {{"type", "search"},
                      {"name", name},
                      {"id", "lookup-" + std::string(name)},
                      {"value", value},
                      {"maxlength", "254"},
                      {"spellcheck", "false"},
                      {"autocapitalize", "none"}});
  html.Close();
}

void AddForm(Html& html, const Frame& frame, const admin::ExplainOptions& asked) {
  html.Open("form", {{"class", "search"}, {"method", "get"}, {"id", "lookup-form"}, Attribute::Action(Url("/lookup"))});
  AddInput(html, frame, "client", "lookup.subject", asked.subject);
  AddInput(html, frame, "helo", "lookup.helo", asked.helo.value_or(""));
  AddInput(html, frame, "sender", "column.sender", asked.sender.value_or(""));
  AddInput(html, frame, "recipient", "column.recipient", asked.recipient.value_or(""));
  html.Void("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(frame.language)}});
  html.Element("button", {{"type", "submit"}, {"class", "primary"}}, frame.Text("find.button")).Close();
}

void AddForward(Html& html, const Frame& frame, const admin::ForwardLookUp& forward) {
  OpenCard(html, {"forward", frame.texts.Fill("lookup.forward", {forward.name}), "wide"});
  if (forward.addresses.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text(forward.is_answered ? "lookup.no_address" : "lookup.no_answer"))
        .Close();
    return;
  }
  html.Open("ul", {{"class", "addresses"}});
  for (const rules::IpAddress& address : forward.addresses) {
    html.Open("li")
        .Element("a", {Attribute::Href(frame.Link("/lookup").With("client", address.ToString()))}, address.ToString())
        .Close();
  }
  html.Close().Close();
}

void AddDecision(Html& html, const Frame& frame, const config::Config& config, const admin::Explained& explained) {
  const auto& finished = explained.result.finished;
  const rules::Verdict& verdict = finished.verdict;
  const rules::ReverseDnsView& reverse = explained.result.assessment.reverse;
  OpenCard(html, {"decision", frame.Text("lookup.decision"), "half"});
  html.Open("p", {{"class", "because"}}).Add(ActionBadge(frame, rules::Name(finished.answered))).Text(" ");
  html.Text(frame.texts.Word("reason", rules::Name(verdict.reason))).Close();
  std::vector<Row> rows{
      {frame.Text("column.client"), explained.request.client->ToString()},
      {frame.Text("verdict.name"), reverse.name.empty() ? std::string(frame.Text("verdict.no_name")) : reverse.name},
      {frame.Text("verdict.reverse_dns"), frame.texts.Word("reverse", rules::Name(reverse.state))},
      {frame.Text("lookup.bands"),
       BandsText(frame.texts, rules::TreatmentOf(*config.policy, explained.request.recipient))}};
  if (finished.answered != verdict.action)
    rows.push_back({frame.Text("lookup.enforced"), frame.texts.Word("action", rules::Name(verdict.action))});
  if (verdict.entry) rows.push_back({frame.Text("lookup.entry"), verdict.entry->target.text});
  if (explained.come_back) rows.push_back({frame.Text("lookup.back"), FullTimeText(explained.come_back->from)});
  AddRows(html, rows);
  if (!explained.reply.empty()) html.Open("p", {{"class", "reply"}}).Element("code", {}, explained.reply).Close();
  html.Close();
  OpenCard(html, {"signals", frame.Text("lookup.signals"), "half"});
  std::vector<ShownSignal> signals;
  for (const rules::Signal& signal : explained.signals()) {
    signals.push_back({rules::Name(signal.kind), rules::PrintPoints(signal.points), signal.detail});
  }
  AddSignals(html, frame, signals, rules::PrintScore(verdict.score), !verdict.turns_away());
  for (const cache::ZoneStateRow& row : explained.result.left_out) {
    html.Element("p", {{"class", "hint"}},
                 frame.texts.Fill("lookup.left_out", {row.shown, frame.texts.Word("zone", rules::Name(row.state))}));
  }
  html.Close();
}

void AddHelp(Html& html, const Frame& frame, const admin::LookedUp& found) {
  if (!found.help && !found.no_help) return;
  OpenCard(html, {"help", frame.Text("help.title"), "wide"});
  if (!found.help) {
    html.Element("p", {}, frame.texts.Say(*found.no_help));
    if (found.rows.size() > 1) html.Element("p", {{"class", "hint"}}, frame.Text("help.choose"));
    html.Close();
    return;
  }
  const admin::UnblockPlan& plan = found.help->plan;
  html.Open("p").Text(frame.Text(plan.was_there ? "help.was_there" : "help.would")).Text(" ");
  html.Element("code", {{"id", "help-target"}}, plan.entry.target.text).Close();
  const std::string reference = found.help->about.rows.front().reference.ToString();
  html.Element("p", {{"class", "hint"}}, MeaningText(frame.texts, plan.entry));
  if (plan.why) html.Element("p", {{"class", "hint"}}, frame.texts.Say(*plan.why));
  html.Element("p", {}, frame.texts.Fill(admin::LetsIn(plan.verdict) ? "help.passes" : "help.no_pass", {reference}));
  for (const rules::Statement& warning : found.help->warnings) {
    html.Element("p", {{"class", "error"}}, frame.texts.Say(warning));
  }
  html.Open("p", {{"class", "buttons"}}).Add(ChangeButton(frame, "unblock", reference));
  html.Element("code", {}, "sekimorictl unblock " + reference).Close().Close();
}

void AddEntries(Html& html, const Frame& frame, const std::vector<admin::UsedEntry>& entries) {
  if (entries.empty()) return;
  OpenCard(html, {"entries", frame.Text("entries.title"), "wide"});
  html.Open("div", {{"class", "scroll"}}).Open("table").Open("tbody");
  for (const admin::UsedEntry& used : entries) {
    const char* list = rules::Name(used.entry.list);
    html.Open("tr", {{"data-target", used.entry.target.text}}).Element("td", {}, frame.texts.Word("list", list));
    html.Open("th", {{"scope", "row"}}).Element("code", {}, used.entry.target.text).Close();
    html.Element("td", {}, used.entry.comment).Element("td", {}, used.entry.author);
    html.Element("td", {}, FullTimeText(used.entry.created));
    html.Element("td", {{"class", "number"}}, frame.texts.Fill("entries.hits", {CountText(used.hits.count)}));
    html.Open("td").Add(ChangeButton(frame, "undo", used.entry.target.text, list)).Close();
    html.Close();
  }
  html.Close().Close().Close().Close();
}

// A report asks up to 400 questions: only for those who want one.
void AddReportOrLink(Html& html, const Frame& frame, const admin::ExplainOptions& asked, const ShownLookUp& shown) {
  if (shown.report) return AddReport(html, frame, *shown.report);
  if (!admin::Check(admin::ReportOptions{.subject = asked.subject, .sender = asked.sender})) return;
  const Url url = frame.Link("/lookup")
                      .With("client", asked.subject)
                      .With("helo", asked.helo.value_or(""))
                      .With("sender", asked.sender.value_or(""))
                      .With("recipient", asked.recipient.value_or(""))
                      .With("report", "1");
  html.Open("p", {{"class", "buttons"}})
      .Element("a", {Attribute::Href(url), {"id", "make-report"}}, frame.Text("report.make"))
      .Close();
}

}  // namespace

HttpResponse LookUpPage(const Frame& frame, const config::Config& config, const admin::ExplainOptions& asked,
                        const ShownLookUp& shown, const std::string& error) {
  const admin::LookedUp* found = shown.found;
  PageParts parts{.status = error.empty() ? 200U : 400U,
                  .place = Place::kLookUp,
                  .title = std::string(frame.Text("lookup.title")),
                  .main = {}};
  Html& html = parts.main;
  html.Element("h1", {}, asked.subject.empty() ? std::string(frame.Text("lookup.title")) : asked.subject);
  AddForm(html, frame, asked);
  if (!error.empty()) html.Element("p", {{"class", "error"}, {"role", "alert"}, {"id", "error"}}, error);
  if (!found) {
    if (error.empty()) html.Element("p", {{"class", "hint"}}, frame.Text("lookup.about"));
    return Page(frame, parts);
  }
  if (found->explained) {
    const std::string client = found->explained->request.client->ToString();
    html.Open("p", {{"class", "buttons"}})
        .Add(ChangeButton(frame, "whitelist", client))
        .Add(ChangeButton(frame, "blocklist", client))
        .Close();
  }
  html.Open("div", {{"class", "cards"}});
  if (found->forward) AddForward(html, frame, *found->forward);
  AddReportOrLink(html, frame, asked, shown);
  AddHelp(html, frame, *found);
  if (found->explained) {
    AddDecision(html, frame, config, *found->explained);
    AddConduct(html, frame, found->explained->conduct);
    AddRemedies(html, frame, *found->explained, "remedies.now");
    std::vector<rules::FactText> facts;
    for (const auto& [question, fact] : found->explained->dns_facts)
      facts.push_back(admin::Describe(config, question, fact, frame.now));
    OpenCard(html, {"facts", frame.Text("lookup.facts"), "wide"});
    AddFacts(html, frame, facts);
    html.Close();
  }
  AddEntries(html, frame, found->entries);
  OpenCard(html, {"lately", frame.Text("lookup.lately"), "wide"});
  html.Add(VerdictTable(frame, found->rows)).Close().Close();
  return Page(frame, parts);
}

}  // namespace policyd::http::pages
