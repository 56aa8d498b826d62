// The two things that a visitor can do on the page: have DNS asked once more, and ask to be let in.
#include <algorithm>

#include "policyd/admin/appeals/appeals.h"
#include "policyd/http/why/frame.h"

namespace policyd::http::why {
namespace {

Html Joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 5;
  Html joined;
  for (std::size_t i = 0; i < texts.size() && i < kMost; ++i) {
    if (i > 0) joined.Text(", ");
    joined.Foreign(texts[i]);
  }
  if (texts.size() > kMost) joined.Text(", ...");
  return joined;
}

// Sentences about what DNS said now, one a Fact.
class Sentences {
 public:
  Sentences(Html& html, const Site& site, const cache::JournalRow& row)
      : html_(html), site_(site), client_(row.client.ToString()) {}

  void Add(const rules::FactText& fact) {
    if (fact.asked == "ptr") return AddReverse(fact);
    if (fact.asked == "forward") return AddForward(fact);
    AddList(fact);
  }

 private:
  void AddItem(const char* mood, const char* key, const rules::FactText& fact) {
    Html client, name, list;
    client.Foreign(client_);
    const bool is_reverse = fact.asked == "ptr";
    if (!is_reverse) name.Foreign(fact.name);
    list.Foreign(fact.list);
    html_.Element("li", {{"class", mood}},
                  Sentence(site_, key,
                           {{"client", client},
                            {"name", is_reverse ? Joined(fact.records) : name},
                            {"addresses", Joined(fact.records)},
                            {"list", list}}));
  }

  void AddReverse(const rules::FactText& fact) {
    if (fact.answer == "absent") return AddItem("bad", "now_no_ptr", fact);
    if (fact.answer != "present") return AddItem("bad", "now_no_answer", fact);
    AddItem("", "now_name", fact);
  }

  void AddForward(const rules::FactText& fact) {
    if (fact.answer != "present") return AddItem("bad", "now_no_address", fact);
    const bool confirms = std::find(fact.records.begin(), fact.records.end(), client_) != fact.records.end();
    AddItem(confirms ? "good" : "bad", confirms ? "now_confirms" : "now_elsewhere", fact);
  }

  // About lists that are asked and do not list it, one sentence each says too much: only those of addresses.
  void AddList(const rules::FactText& fact) {
    const bool is_of_names = fact.asked == "name_list";
    if (fact.answer == "present") return AddItem("bad", is_of_names ? "now_name_on_list" : "now_on_list", fact);
    if (fact.answer != "absent") return AddItem("", "now_list_silent", fact);
    if (!is_of_names) AddItem("good", "now_not_on_list", fact);
  }

  Html& html_;
  const Site& site_;
  const std::string client_;
};

const char* OutcomeKey(Now::Outcome outcome) {
  switch (outcome) {
    case Now::Outcome::kPasses:
      return "now_passes";
    case Now::Outcome::kGreylisted:
      return "now_greylisted";
    case Now::Outcome::kTurnedAway:
      return "now_turned_away";
  }
  return "now_turned_away";
}

// Only lists that the mail was turned away for are named, and those that name it now: which others we ask is nobody's
// business.
bool MayBeTold(const rules::FactText& fact, const cache::JournalRow& row) {
  const bool is_list = fact.asked == "list" || fact.asked == "name_list";
  return !is_list || row.signals.find('[' + fact.list + ']') != std::string::npos;
}

const char* AppealKey(admin::AppealStanding standing) {
  switch (standing) {
    case admin::AppealStanding::kWaiting:
      return "request_waiting";
    case admin::AppealStanding::kAllowed:
      return "request_allowed";
    case admin::AppealStanding::kEnded:
      return "request_ended";
    case admin::AppealStanding::kRefused:
      return "request_refused";
  }
  return "request_waiting";
}

}  // namespace

void AddNow(Html& html, const Site& site, const View& view) {
  html.Open("section", {{"id", "now"}}).Element("h2", {}, Text(site, "now_title"));
  html.Element("p", {}, Sentence(site, "now_intro"));
  if (view.looked_too_often) html.Element("p", {{"class", "note"}}, Text(site, "looked_too_often"));
  if (view.now) {
    html.Element("p", {}, Sentence(site, "looked_at", {{"time", TimeText(site, view.now->looked)}}));
    html.Open("ul", {{"class", "found"}});
    Sentences sentences(html, site, view.row);
    for (const rules::FactText& fact : view.now->facts) {
      if (MayBeTold(fact, view.row)) sentences.Add(fact);
    }
    html.Close();
    const bool is_good = view.now->outcome != Now::Outcome::kTurnedAway;
    html.Element("p", {{"class", is_good ? "outcome good" : "outcome bad"}}, Text(site, OutcomeKey(view.now->outcome)));
  }
  html.Open("form", {{"method", "get"}, Attribute::Action(Below(site, "now/" + view.row.reference.ToString()))});
  html.Void("input", {{"type", "hidden"}, {"name", "lang"}, {"value", Code(site.language)}});
  html.Element("button", {}, Text(site, "look_now")).Close().Close();
}

void AddAppeal(Html& html, const Site& site, const View& view) {
  if (!view.takes_appeals) return;
  OpenSection(html, site, "request_title");
  if (view.appeal) {
    html.Element("p", {},
                 Sentence(site, AppealKey(view.appeal_standing), {{"time", TimeText(site, view.appeal->asked)}}));
    html.Close();
    return;
  }
  html.Element("p", {}, Sentence(site, "request_intro"));
  html.Open("form", {{"method", "post"},
                     Attribute::Action(Below(site, view.row.reference.ToString()).With("lang", Code(site.language)))});
  html.Element("label", {{"for", "text"}}, Text(site, "request_label"));
  html.Element("textarea",
               {{"id", "text"}, {"name", "text"}, {"rows", "5"}, {"maxlength", std::to_string(admin::kMostOfAppeal)}},
               "");
  html.Element("button", {}, Text(site, "request_button")).Close().Close();
}

void AddNote(Html& html, const Site& site, AppealNote note) {
  const auto say = [&](const char* mood, const char* key) {
    html.Element("p", {{"class", mood}, {"role", "status"}}, Sentence(site, key, {{"contact", ContactText(site)}}));
  };
  switch (note) {
    case AppealNote::kNone:
      return;
    case AppealNote::kReceived:
      return say("note good", "request_received");
    case AppealNote::kNetworkHasAsked:
      return say("note bad", "request_of_network");
    case AppealNote::kFull:
      return say("note bad", "request_full");
    case AppealNote::kFailed:
      return say("note bad", "request_failed");
    case AppealNote::kForeign:
      return say("note bad", "request_foreign");
  }
}

}  // namespace policyd::http::why
