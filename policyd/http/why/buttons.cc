#include "policyd/http/why/frame.h"

#include <algorithm>

#include "policyd/admin/requests/requests.h"
#include "policyd/http/why/texts.h"

namespace policyd::http::why {
namespace {

Html Marked(bool is_good, const Html& sentence) {
  return Element("li", {{"class", is_good ? "good" : "bad"}}, sentence);
}

Html Joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 5;
  Html joined;
  for (std::size_t i = 0; i < texts.size() && i < kMost; ++i) {
    if (i > 0) joined += Markup(", ");
    joined += Foreign(texts[i]);
  }
  if (texts.size() > kMost) joined += Markup(", ...");
  return joined;
}

// Sentences about what DNS said now, one a Fact.
class Sentences {
 public:
  Sentences(const Site& site, const cache::JournalRow& row)
      : words_(WordsIn(site.language)), client_(row.client.ToString()) {}

  Html Of(const rules::FactText& fact) const {
    if (fact.asked == "ptr") return OfReverse(fact);
    if (fact.asked == "forward") return OfForward(fact);
    return OfList(fact);
  }

 private:
  Html OfReverse(const rules::FactText& fact) const {
    const Filling client{"client", Foreign(client_)};
    if (fact.answer == "absent") return Marked(false, Filled(words_.now_no_ptr, {client}));
    if (fact.answer != "present") return Marked(false, Filled(words_.now_no_answer, {client}));
    return ListItem(Filled(words_.now_name, {client, {"name", Joined(fact.records)}}));
  }

  Html OfForward(const rules::FactText& fact) const {
    const std::vector<Filling> fillings{
        {"client", Foreign(client_)}, {"name", Foreign(fact.name)}, {"addresses", Joined(fact.records)}};
    if (fact.answer != "present") return Marked(false, Filled(words_.now_no_address, fillings));
    const bool confirms = std::find(fact.records.begin(), fact.records.end(), client_) != fact.records.end();
    return Marked(confirms, Filled(confirms ? words_.now_confirms : words_.now_elsewhere, fillings));
  }

  // About lists that are asked and do not list it, one sentence each says too much: only those of addresses.
  Html OfList(const rules::FactText& fact) const {
    const std::vector<Filling> fillings{{"client", Foreign(client_)}, {"list", Foreign(fact.list)}};
    if (fact.answer == "absent")
      return fact.asked == "list" ? Marked(true, Filled(words_.now_not_on_list, fillings)) : Html();
    if (fact.answer != "present") return ListItem(Filled(words_.now_list_silent, fillings));
    const Html subject = fact.asked == "name_list" ? Foreign(fact.name) + Markup(": ") : Html();
    return Marked(false, subject + Filled(words_.now_on_list, fillings));
  }

  const Words& words_;
  const std::string client_;
};

Literal OutcomeText(const Words& words, Now::Outcome outcome) {
  switch (outcome) {
    case Now::Outcome::kPasses:
      return words.now_passes;
    case Now::Outcome::kGreylisted:
      return words.now_greylisted;
    case Now::Outcome::kTurnedAway:
      return words.now_turned_away;
  }
  return words.now_turned_away;
}

// Only lists that the mail was turned away for are named, and those that name it now: which others we ask is nobody's
// business.
bool IsTold(const rules::FactText& fact, const cache::JournalRow& row) {
  const bool is_list = fact.asked == "list" || fact.asked == "name_list";
  return !is_list || row.signals.find('[' + fact.list + ']') != std::string::npos;
}

}  // namespace

Html NowPart(const Site& site, const View& view) {
  const Words& words = WordsIn(site.language);
  Html part = Paragraph(Markup(words.now_intro));
  if (view.looked_too_often) part += Element("p", {{"class", "note"}}, Markup(words.looked_too_often));
  if (view.now) {
    const Sentences sentences(site, view.row);
    Html list;
    for (const rules::FactText& fact : view.now->facts) {
      if (IsTold(fact, view.row)) list += sentences.Of(fact);
    }
    const bool is_good = view.now->outcome != Now::Outcome::kTurnedAway;
    part += Paragraph(Filled(words.looked_at, {{"time", TimeText(site, view.now->looked)}})) +
            Element("ul", {{"class", "found"}}, list) +
            Element("p", {{"class", is_good ? "outcome good" : "outcome bad"}},
                    Markup(OutcomeText(words, view.now->outcome)));
  }
  const std::string action = site.base + "now/" + view.row.reference.ToString();
  part += Element("form", {{"method", "get"}, {"action", action}},
                  Tag("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(site.language)}}) +
                      Element("button", {}, Markup(words.look_now)));
  return Element("section", {{"id", "now"}}, Element("h2", {}, Markup(words.now_title)) + part) + Markup("\n");
}

namespace {

Literal TextOfRequest(const Words& words, admin::RequestStanding standing) {
  switch (standing) {
    case admin::RequestStanding::kWaiting:
      return words.request_waiting;
    case admin::RequestStanding::kAllowed:
      return words.request_allowed;
    case admin::RequestStanding::kEnded:
      return words.request_ended;
    case admin::RequestStanding::kRefused:
      return words.request_refused;
  }
  return words.request_waiting;
}

}  // namespace

Html RequestPart(const Site& site, const View& view) {
  if (!view.takes_requests) return {};
  const Words& words = WordsIn(site.language);
  if (view.request) {
    const Filling time{"time", TimeText(site, view.request->asked)};
    Html part = Paragraph(Filled(TextOfRequest(words, view.request_standing), {time}));
    return Section(words.request_title, part);
  }
  const std::string action = site.base + view.row.reference.ToString() + "?lang=" + std::string(Code(site.language));
  const std::string most = std::to_string(admin::kMostOfRequest);
  const Html form =
      Element("form", {{"method", "post"}, {"action", action}},
              Element("label", {{"for", "text"}}, Markup(words.request_label)) +
                  Element("textarea", {{"id", "text"}, {"name", "text"}, {"rows", "5"}, {"maxlength", most}}, {}) +
                  Element("button", {}, Markup(words.request_button)));
  return Section(words.request_title, Paragraph(Markup(words.request_intro)) + form);
}

Html NoteOf(const Site& site, RequestNote note) {
  const Words& words = WordsIn(site.language);
  const auto say = [&site](const char* mood, Literal sentence) {
    return Element("p", {{"class", mood}, {"role", "status"}}, Filled(sentence, {{"contact", ContactText(site)}}));
  };
  switch (note) {
    case RequestNote::kNone:
      return {};
    case RequestNote::kReceived:
      return say("note good", words.request_received);
    case RequestNote::kNetworkHasAsked:
      return say("note bad", words.request_of_network);
    case RequestNote::kFull:
      return say("note bad", words.request_full);
    case RequestNote::kFailed:
      return say("note bad", words.request_failed);
    case RequestNote::kForeign:
      return say("note bad", words.request_foreign);
  }
  return {};
}

}  // namespace policyd::http::why
