#include "policyd/http/why/page.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/http/why/causes.h"
#include "policyd/http/why/checks.h"
#include "policyd/http/why/frame.h"
#include "policyd/http/why/texts.h"
#include "rules/action.h"

namespace policyd::http::why {
namespace {

const ActionText& TextOfAction(const Words& words, const cache::JournalRow& row) {
  if (row.action == rules::Name(rules::Action::kGreylist)) return words.greylist;
  return row.action == rules::Name(rules::Action::kReject) ? words.reject : words.defer;
}

bool IsGreylisted(const cache::JournalRow& row) {
  return row.action == rules::Name(rules::Action::kGreylist);
}

// A person decided: nothing that the sender's administrator mends or checks changes it.
bool IsBlocked(const cache::JournalRow& row) {
  return CausesOf(row).front().kind == CauseKind::kBlocklist;
}

Literal TitleOf(const Words& words, const View& view) {
  if (view.since.arrived) return words.arrived_title;
  return IsGreylisted(view.row) ? words.greylist_title : words.page_title;
}

// When the mail may come again.
Html ComesBackText(const Site& site, const View& view) {
  const Words& words = WordsIn(site.language);
  if (!view.since.passes_from || !view.since.passes_until) return {};
  const std::vector<Filling> times{{"from", TimeText(site, *view.since.passes_from)},
                                   {"until", TimeText(site, *view.since.passes_until)}};
  return Paragraph(Filled(*view.since.passes_from <= view.time ? words.comes_back_now : words.comes_back, times));
}

// What became of the mail, or how to read the answer to it.
Html Summary(const Site& site, const View& view) {
  const Words& words = WordsIn(site.language);
  const auto box = [](std::string_view mood, const Html& lead, const Html& rest) {
    return Element("div", {{"class", mood}}, Element("p", {{"class", "lead"}}, lead) + rest) + Markup("\n");
  };
  if (view.since.arrived)
    return box("summary calm", Filled(words.arrived, {{"time", TimeText(site, *view.since.arrived)}}), Html());
  const ActionText& action = TextOfAction(words, view.row);
  const bool is_final = view.row.action == rules::Name(rules::Action::kReject) && IsBlocked(view.row);
  const Literal blocked = view.takes_requests ? words.blocked : words.blocked_without_form;
  return box(IsGreylisted(view.row) ? "summary calm" : "summary", Markup(action.title),
             Paragraph(Markup(is_final ? blocked : action.what)) + ComesBackText(site, view));
}

// Is there something to ask for?  Not where the mail has arrived, or comes by itself.
bool MayAsk(const View& view) {
  if (view.request) return true;  // what became of it is told
  const bool comes_by_itself =
      IsGreylisted(view.row) && view.since.passes_until && view.time < *view.since.passes_until;
  return !view.since.arrived && !comes_by_itself;
}

Html Fact(Literal label, const Html& value) {
  return Element("div", {}, Element("dt", {}, Markup(label)) + Element("dd", {}, value));
}

Html NameText(const Site& site, const cache::JournalRow& row) {
  const Words& words = WordsIn(site.language);
  if (!admin::WasNameAsked(row)) return Markup(words.name_not_asked);
  if (row.name.empty()) return Markup(words.no_name);
  const Html name = Foreign(row.name);
  return admin::HasConfirmedName(row) ? name : Filled(words.name_not_confirmed, {{"name", name}});
}

// Without the word that Postfix acts on.
std::string_view ReplyText(const cache::JournalRow& row) {
  const std::string_view reply = row.reply;
  const std::size_t blank = reply.find(' ');
  return blank == std::string_view::npos ? reply : reply.substr(blank + 1);
}

Html FactsPart(const Site& site, const cache::JournalRow& row) {
  const Words& words = WordsIn(site.language);
  return Section(
      words.facts_title,
      Element("dl", {},
              Fact(words.reference, Text(row.reference.ToString())) + Fact(words.client, Text(row.client.ToString())) +
                  Fact(words.name, NameText(site, row)) + Fact(words.helo, Foreign(row.helo)) +
                  Fact(words.first_try, TimeText(site, row.first)) + Fact(words.last_try, TimeText(site, row.last)) +
                  Fact(words.tries, Text(std::to_string(row.times))) +
                  Fact(words.reply, Element("samp", {}, Foreign(ReplyText(row))))));
}

Html CausePart(const Site& site, const cache::JournalRow& row, const Cause& cause) {
  const CauseText& text = TextOf(cause.kind, site.language);
  const auto fillings = FillingsOf(site, row, cause.list);
  return Element("article", {},
                 Element("h3", {}, Filled(text.title, fillings)) + Paragraph(Filled(text.what, fillings)) +
                     Element("h4", {}, Markup(WordsIn(site.language).what_to_do)) +
                     Paragraph(Filled(text.remedy, fillings))) +
         Markup("\n");
}

Html CausesPart(const Site& site, const cache::JournalRow& row) {
  const Words& words = WordsIn(site.language);
  const auto causes = CausesOf(row);
  Html others;
  for (std::size_t i = 1; i < causes.size(); ++i) others += CausePart(site, row, causes[i]);
  Html part = Section(words.why_title, CausePart(site, row, causes.front()));
  if (!others.empty()) part += Section(words.also_title, others);
  return part;
}

Literal LabelOf(const Words& words, Check::Kind kind) {
  switch (kind) {
    case Check::Kind::kReverse:
      return words.check_reverse;
    case Check::Kind::kForward:
      return words.check_forward;
    case Check::Kind::kHelo:
      return words.check_helo;
    case Check::Kind::kList:
      return words.check_list;
    case Check::Kind::kNameList:
      return words.check_name_list;
  }
  return words.check_reverse;
}

Html ChecksPart(const Site& site, const cache::JournalRow& row) {
  const Words& words = WordsIn(site.language);
  Html rows;
  for (const Check& check : ChecksFor(row)) {
    Html commands;
    for (const std::string& command : check.commands) commands += Element("kbd", {}, Text(command));
    const Html label = Filled(LabelOf(words, check.kind), {{"list", Foreign(check.list)}});
    rows += Element("dt", {}, label) + Element("dd", {}, commands);
  }
  return Section(words.checks_title,
                 Paragraph(Markup(words.checks_intro)) + Element("dl", {{"class", "commands"}}, rows));
}

// A way to type a reference in.
Html ReferenceForm(const Site& site) {
  const Words& words = WordsIn(site.language);
  const Html fields =
      Element("label", {{"for", "ref"}}, Markup(words.enter_reference)) +
      Tag("input", {{"id", "ref"}, {"name", "ref"}, {"size", "14"}, {"maxlength", "40"}, {"autocomplete", "off"}}) +
      Tag("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(site.language)}}) +
      Element("button", {}, Markup(words.show));
  return Element("form", {{"method", "get"}, {"action", site.base}}, Paragraph(fields));
}

}  // namespace

std::string WhyPage(const Site& site, const View& view) {
  const Words& words = WordsIn(site.language);
  Html main = NoteOf(site, view.note) + Summary(site, view) + Paragraph(Markup(words.not_the_administrator)) +
              FactsPart(site, view.row) + CausesPart(site, view.row);
  if (!IsBlocked(view.row)) main += ChecksPart(site, view.row) + NowPart(site, view);
  if (MayAsk(view)) main += RequestPart(site, view);
  return Framed(site, TitleOf(words, view), main);
}

std::string UnknownPage(const Site& site) {
  const Words& words = WordsIn(site.language);
  return Framed(site, words.unknown_title, Paragraph(Markup(words.unknown_what)) + ReferenceForm(site));
}

std::string TooManyTriesPage(const Site& site) {
  const Words& words = WordsIn(site.language);
  return Framed(site, words.too_many_title, Paragraph(Markup(words.too_many_what)));
}

}  // namespace policyd::http::why
