#include "policyd/http/why/page.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/http/why/causes.h"
#include "policyd/http/why/checks.h"
#include "policyd/http/why/frame.h"
#include "rules/action.h"

namespace policyd::http::why {
namespace {

bool IsGreylisted(const cache::JournalRow& row) {
  return row.action == rules::Name(rules::Action::kGreylist);
}

bool IsRejected(const cache::JournalRow& row) {
  return row.action == rules::Name(rules::Action::kReject);
}

// The key of the sentence that says how to read the answer.
std::string ActionKey(const cache::JournalRow& row) {
  return IsGreylisted(row) ? "action.greylist" : IsRejected(row) ? "action.reject" : "action.defer";
}

// A person decided: nothing that the sender's administrator mends or checks changes it.
bool IsBlocked(const cache::JournalRow& row) {
  return CausesOf(row).front().kind == CauseKind::kBlocklist;
}

const char* TitleOf(const View& view) {
  if (view.since.arrived) return "arrived_title";
  return IsGreylisted(view.row) ? "greylist_title" : "page_title";
}

void AddParagraph(Html& html, const Html& content) {
  html.Element("p", {}, content);
}

// When the mail may come again.
void AddComesBack(Html& html, const Site& site, const View& view) {
  if (!view.since.passes_from || !view.since.passes_until) return;
  const bool is_time = *view.since.passes_from <= view.time;
  AddParagraph(html, Sentence(site, is_time ? "comes_back_now" : "comes_back",
                              {{"from", TimeText(site, *view.since.passes_from)},
                               {"until", TimeText(site, *view.since.passes_until)}}));
}

// What became of the mail, or how to read the answer to it.
void AddSummary(Html& html, const Site& site, const View& view) {
  const bool is_calm = view.since.arrived || IsGreylisted(view.row);
  html.Open("div", {{"class", is_calm ? "summary calm" : "summary"}});
  if (view.since.arrived) {
    html.Element("p", {{"class", "lead"}}, Sentence(site, "arrived", {{"time", TimeText(site, *view.since.arrived)}}));
    html.Close();
    return;
  }
  const bool is_final = IsRejected(view.row) && IsBlocked(view.row);
  const char* blocked = view.takes_appeals ? "blocked" : "blocked_without_form";
  html.Element("p", {{"class", "lead"}}, Text(site, ActionKey(view.row) + ".title"));
  AddParagraph(html, Sentence(site, is_final ? blocked : ActionKey(view.row)));
  AddComesBack(html, site, view);
  html.Close();
}

// Is there something to ask for?  Not where the mail has arrived, or comes by itself.
bool MayAsk(const View& view) {
  if (view.appeal) return true;  // what became of it is told
  const bool comes_by_itself =
      IsGreylisted(view.row) && view.since.passes_until && view.time < *view.since.passes_until;
  return !view.since.arrived && !comes_by_itself;
}

Html NameText(const Site& site, const cache::JournalRow& row) {
  if (!admin::WasNameAsked(row)) return Sentence(site, "name_not_asked");
  if (row.name.empty()) return Sentence(site, "no_name");
  Html name;
  name.Foreign(row.name);
  return admin::HasConfirmedName(row) ? name : Sentence(site, "name_not_confirmed", {{"name", name}});
}

// Without the word that Postfix acts on.
std::string_view ReplyText(const cache::JournalRow& row) {
  const std::string_view reply = row.reply;
  const std::size_t blank = reply.find(' ');
  return blank == std::string_view::npos ? reply : reply.substr(blank + 1);
}

void AddFacts(Html& html, const Site& site, const cache::JournalRow& row) {
  OpenSection(html, site, "facts_title");
  html.Open("dl");
  const auto add = [&](const char* label, const Html& value) {
    html.Open("div").Element("dt", {}, Text(site, label)).Element("dd", {}, value).Close();
  };
  const auto add_text = [&](const char* label, std::string_view text) {
    Html value;
    add(label, value.Foreign(text));
  };
  add_text("reference", row.reference.ToString());
  add_text("client", row.client.ToString());
  add("name", NameText(site, row));
  add_text("helo", row.helo);
  add("first_try", TimeText(site, row.first));
  add("last_try", TimeText(site, row.last));
  add_text("tries", std::to_string(row.times));
  Html reply;
  add("reply", reply.Open("samp").Foreign(ReplyText(row)).Close());
  html.Close().Close();
}

// Those of HELO, and those of lists, are mended alike.
std::string RemedyKey(CauseKind kind) {
  const std::string name = Name(kind);
  const bool is_list = kind == CauseKind::kDnsbl || kind == CauseKind::kNameList;
  return "cause." + (is_list ? "list" : name.starts_with("helo_") ? "helo" : name) + ".remedy";
}

void AddCause(Html& html, const Site& site, const cache::JournalRow& row, const Cause& cause) {
  const std::string key = std::string("cause.") + Name(cause.kind);
  const auto fillings = FillingsOf(site, row, cause.list);
  html.Open("article").Element("h3", {}, Sentence(site, key + ".title", fillings));
  AddParagraph(html, Sentence(site, key + ".what", fillings));
  html.Element("h4", {}, Text(site, "what_to_do"));
  AddParagraph(html, Sentence(site, RemedyKey(cause.kind), fillings));
  html.Close();
}

void AddCauses(Html& html, const Site& site, const cache::JournalRow& row) {
  const auto causes = CausesOf(row);
  OpenSection(html, site, "why_title");
  AddCause(html, site, row, causes.front());
  html.Close();
  if (causes.size() == 1) return;
  OpenSection(html, site, "also_title");
  for (std::size_t i = 1; i < causes.size(); ++i) AddCause(html, site, row, causes[i]);
  html.Close();
}

const char* LabelOf(Check::Kind kind) {
  switch (kind) {
    case Check::Kind::kReverse:
      return "check_reverse";
    case Check::Kind::kForward:
      return "check_forward";
    case Check::Kind::kHelo:
      return "check_helo";
    case Check::Kind::kList:
      return "check_list";
    case Check::Kind::kNameList:
      return "check_name_list";
  }
  return "check_reverse";
}

void AddChecks(Html& html, const Site& site, const cache::JournalRow& row) {
  OpenSection(html, site, "checks_title");
  AddParagraph(html, Sentence(site, "checks_intro"));
  html.Open("dl", {{"class", "commands"}});
  for (const Check& check : ChecksFor(row)) {
    Html list;
    list.Foreign(check.list);
    html.Element("dt", {}, Sentence(site, LabelOf(check.kind), {{"list", list}})).Open("dd");
    for (const std::string& command : check.commands) html.Element("kbd", {}, command);
    html.Close();
  }
  html.Close().Close();
}

// A way to type a reference in.
void AddReferenceForm(Html& html, const Site& site) {
  html.Open("form", {{"method", "get"}, Attribute::Action(Below(site, ""))}).Open("p");
  html.Element("label", {{"for", "ref"}}, Text(site, "enter_reference"));
  html.Void("input", {{"id", "ref"}, {"name", "ref"}, {"size", "14"}, {"maxlength", "40"}, {"autocomplete", "off"}});
  html.Void("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(site.language)}});
  html.Element("button", {}, Text(site, "show")).Close().Close();
}

std::string FormPage(const Site& site, const char* title, const char* text) {
  Html main;
  AddParagraph(main, Sentence(site, text));
  AddReferenceForm(main, site);
  return Framed(site, title, main);
}

}  // namespace

std::string WhyPage(const Site& site, const View& view) {
  Html main;
  AddNote(main, site, view.note);
  AddSummary(main, site, view);
  AddParagraph(main, Sentence(site, "not_the_administrator"));
  AddFacts(main, site, view.row);
  AddCauses(main, site, view.row);
  if (!IsBlocked(view.row)) {
    AddChecks(main, site, view.row);
    AddNow(main, site, view);
  }
  if (MayAsk(view)) AddAppeal(main, site, view);
  return Framed(site, TitleOf(view), main);
}

std::string EntryPage(const Site& site) {
  return FormPage(site, "page_title", "enter_what");
}

std::string UnknownPage(const Site& site) {
  return FormPage(site, "unknown_title", "unknown_what");
}

std::string TooManyTriesPage(const Site& site) {
  Html main;
  AddParagraph(main, Sentence(site, "too_many_what"));
  return Framed(site, "too_many_title", main);
}

}  // namespace policyd::http::why
