// From above: is all well, how much mail, what became of it, how fast, who was turned away and why, the lists, the
// stores, the newest verdicts.
#include <algorithm>

#include "policyd/http/pages/appeals_card.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/outgoing_card.h"
#include "policyd/http/pages/pages.h"
#include "policyd/http/pages/plots.h"
#include "policyd/http/pages/wording.h"

namespace policyd::http::pages {
namespace {

using admin::Level;
using admin::Overview;
using rules::Action;

constexpr std::chrono::seconds kRefresh{15};
constexpr const char* kSpans[] = {"1h", "24h", "7d", "60d"};

const char* LookOf(Level level) {
  return level == Level::kOk ? "ok" : level == Level::kWarning ? "warning" : "critical";
}

// "12d", "3h", "25m": nobody counts the seconds.
rules::seconds Rounded(rules::seconds up) {
  for (const rules::seconds unit : {rules::seconds{86400}, rules::seconds{3600}, rules::seconds{60}}) {
    if (up >= unit) return unit * (up / unit);
  }
  return up;
}

// What a list that names us says, and where it takes requests for removal.
void AddWordsOfList(Html& html, const admin::Finding& finding) {
  if (!finding.says.empty()) html.Text(" ").Open("q").Foreign(finding.says).Close();
  const auto removal = Url::Elsewhere(finding.removal);
  if (finding.removal.empty()) return;
  html.Text(" ").Element("a", {Attribute::Href(removal), {"rel", "noreferrer"}}, finding.removal);
}

void AddAttention(Html& html, const Frame& frame, const Overview& overview) {
  const Level level = admin::WorstOf(overview.attention);
  const std::size_t count = overview.attention.size();
  html.Open("section", {{"id", "attention"},
                        {"class", std::string("attention ") + LookOf(level)},
                        {"data-level", Name(level)},
                        {"data-count", std::to_string(count)},
                        {"aria-labelledby", "attention-title"}});
  html.Open("h1", {{"id", "attention-title"}});
  html.Element("i", {{"class", "lamp"}, {"aria-hidden", "true"}}, "");
  html.Text(count == 0   ? std::string(frame.Text("attention.none"))
            : count == 1 ? std::string(frame.Text("attention.one"))
                         : frame.texts.Fill("attention.many", {std::to_string(count)}));
  html.Close();
  html.Open("p", {{"class", "state"}});
  html.Element("span", {{"class", "mode"}, {"data-mode", rules::Name(overview.mode)}},
               frame.texts.Word("mode", rules::Name(overview.mode)));
  html.Element("span", {}, frame.texts.Fill("state.version", {overview.version}));
  if (overview.started) {
    const rules::seconds up = Rounded(rules::Since(*overview.started, overview.now));
    html.Element("span", {}, frame.texts.Fill("state.up", {frame.texts.Duration(up)}));
  }
  html.Close();
  if (count > 0) {
    html.Open("ul");
    for (const admin::Finding& finding : overview.attention) {
      html.Open("li", {{"class", LookOf(finding.level)}, {"data-kind", finding.name()}});
      html.Element("strong", {}, FindingText(frame.texts, finding));
      html.Open("span", {{"class", "hint"}}).Add(HintText(frame.texts, finding));
      AddWordsOfList(html, finding);
      if (finding.kind == admin::FindingKind::kRequestsWaiting) {
        html.Text(" ").Element("a", {Attribute::Href(Url("").At("requests"))}, frame.Text("requests.title"));
      }
      html.Close().Close();
    }
    html.Close();
  }
  html.Close();
}

void AddSpans(Html& html, const Frame& frame, const std::string& since) {
  html.Open("p", {{"class", "spans"}, {"role", "group"}, {"aria-label", frame.Text("spans.label")}});
  for (const char* span : kSpans) {
    html.Element("a",
                 {Attribute::Href(frame.Link("/").With("since", span)),
                  {"data-since", span},
                  {"aria-current", since == span ? "true" : "false"}},
                 frame.Text("spans." + std::string(span)));
  }
  html.Close();
}

struct Figure {
  std::string_view id, title, value, note;
  std::string_view look{};
  std::string would{};  // what enforce would do, where that is something else
};

void AddFigure(Html& html, const Figure& figure) {
  html.Open("div", {{"class", "figure " + std::string(figure.look)}, {"id", figure.id}, {"data-value", figure.value}});
  html.Element("dt", {}, figure.title).Element("dd", {{"class", "value"}}, figure.value);
  if (!figure.note.empty()) html.Element("dd", {{"class", "note"}}, figure.note);
  if (!figure.would.empty()) html.Element("dd", {{"class", "note would"}}, figure.would);
  html.Close();
}

void AddFigures(Html& html, const Frame& frame, const Overview& overview) {
  const admin::OverviewTally &answered = overview.answered, &would = overview.would;
  const auto all = static_cast<double>(answered.all());
  const auto add_count = [&](const char* what, std::uint64_t count, std::uint64_t enforced, const char* look) {
    const std::string id = "figure-" + std::string(what);
    const bool differs = overview.differs();
    AddFigure(html, {.id = id,
                     .title = frame.Text("figure." + std::string(what)),
                     .value = CountText(count),
                     .note = PercentText(static_cast<double>(count), all),
                     .look = look,
                     .would = differs ? frame.texts.Fill("figure.enforced", {CountText(enforced)}) : std::string()});
  };
  html.Open("dl", {{"class", "figures"}, {"id", "figures"}});
  AddFigure(html, {.id = "figure-all",
                   .title = frame.Text("figure.all"),
                   .value = CountText(answered.all()),
                   .note = frame.Text("figure.all.note")});
  add_count("passed", answered.let_in(), would.let_in(), "a-pass");
  add_count("greylisted", answered.greylisted(), would.greylisted(), "a-greylist");
  add_count("refused", answered.refused(), would.refused(), "a-defer");
  const std::uint64_t answers = overview.cached.count + overview.asked.count;
  AddFigure(html, {.id = "figure-cached",
                   .title = frame.Text("figure.cached"),
                   .value = PercentText(static_cast<double>(overview.cached.count), static_cast<double>(answers)),
                   .note = frame.Text("figure.cached.note")});
  AddFigure(html, {.id = "figure-p99",
                   .title = frame.Text("figure.p99"),
                   .value = SecondsText(overview.asked.p99),
                   .note = frame.texts.Fill("figure.p99.note", {SecondsText(overview.cached.p99)})});
  html.Close();
}

Plot PlotOf(const Overview& overview, const char* id, std::string_view title) {
  Plot plot{.id = id, .title = std::string(title), .begins = {}, .step = overview.span.step, .series = {}};
  for (const admin::OverviewBin& bin : overview.bins) plot.begins.push_back(bin.begin);
  return plot;
}

// How much of each bar enforce would refuse or greylist.
PlotSeries WouldCurve(const Frame& frame, const Overview& overview) {
  PlotSeries curve{.name = std::string(frame.Text("traffic.would")), .look = "would", .values = {}, .is_curve = true};
  for (const admin::OverviewBin& bin : overview.bins) {
    double sum = 0;
    for (const Action action : rules::kAllActions) {
      const bool is_let_in = action == Action::kPass || action == Action::kTag;
      if (!is_let_in) sum += static_cast<double>(bin.would[metrics::Index(action)]);
    }
    curve.values.emplace_back(sum);
  }
  return curve;
}

void AddTraffic(Html& html, const Frame& frame, const Overview& overview) {
  Plot plot = PlotOf(overview, "plot-traffic", frame.Text("traffic.about"));
  const auto add = [&](const char* look, std::initializer_list<Action> actions) {
    PlotSeries series{.name = frame.texts.Word("action", look), .look = "a-" + std::string(look), .values = {}};
    for (const admin::OverviewBin& bin : overview.bins) {
      double sum = 0;
      for (const Action action : actions) sum += static_cast<double>(bin.answers[metrics::Index(action)]);
      series.values.emplace_back(sum);
    }
    const bool is_empty = std::ranges::none_of(series.values, [](const auto& value) { return *value > 0; });
    const bool is_rare = actions.size() == 1 && *actions.begin() > Action::kReject;
    if (!is_empty || !(is_rare || std::string_view(look) == "tag")) plot.series.push_back(std::move(series));
  };
  add("discard", {Action::kDiscard});
  add("hold", {Action::kHold});
  add("reject", {Action::kReject});
  add("defer", {Action::kDefer});
  add("greylist", {Action::kGreylist});
  add("tag", {Action::kTag});
  add("pass", {Action::kPass});
  if (overview.differs()) plot.series.push_back(WouldCurve(frame, overview));
  OpenCard(html, {"traffic", frame.Text("traffic.title"), "wide"});
  html.Add(StackedBars(plot, frame.texts)).Close();
}

void AddAnswerTimes(Html& html, const Frame& frame, const Overview& overview) {
  Plot plot = PlotOf(overview, "plot-times", frame.Text("times.about"));
  const auto add = [&](const char* key, const char* look, auto value_of) {
    PlotSeries series{.name = std::string(frame.Text(key)), .look = look, .values = {}};
    for (const admin::OverviewBin& bin : overview.bins) series.values.push_back(value_of(bin));
    plot.series.push_back(std::move(series));
  };
  add("times.cached.p50", "t-cached p50", [](const admin::OverviewBin& bin) { return bin.cached.p50; });
  add("times.cached.p99", "t-cached p99", [](const admin::OverviewBin& bin) { return bin.cached.p99; });
  add("times.asked.p50", "t-asked p50", [](const admin::OverviewBin& bin) { return bin.asked.p50; });
  add("times.asked.p99", "t-asked p99", [](const admin::OverviewBin& bin) { return bin.asked.p99; });
  OpenCard(html, {"times", frame.Text("times.title"), "half"});
  html.Add(LogLines(plot, frame.texts)).Close();
}

void AddGreylist(Html& html, const Frame& frame, const Overview& overview) {
  const auto deferred =
      overview.Greylisted(metrics::GreylistOutcome::kNew) + overview.Greylisted(metrics::GreylistOutcome::kExpired);
  const auto back = overview.Greylisted(metrics::GreylistOutcome::kPassed);
  const rules::RetryTimes retries = overview.Retries();
  OpenCard(html, {"greylist", frame.Text("greylist.title"), "half"});
  html.Open("dl", {{"class", "figures small"}});
  const Texts& texts = frame.texts;
  AddFigure(html, {.id = "greylist-deferred",
                   .title = texts("greylist.deferred"),
                   .value = CountText(deferred),
                   .note = texts("greylist.deferred.note")});
  AddFigure(html, {.id = "greylist-back",
                   .title = texts("greylist.back"),
                   .value = CountText(back),
                   .note = PercentText(static_cast<double>(std::min(back, deferred)), static_cast<double>(deferred))});
  const auto half = retries.Percentile(50), most = retries.Percentile(90);
  AddFigure(html, {.id = "greylist-soon",
                   .title = texts("greylist.soon"),
                   .value = half ? "≤ " + texts.Duration(*half) : "–",
                   .note = most ? texts.Fill("greylist.soon.note", {texts.Duration(*most)}) : std::string()});
  AddFigure(html, {.id = "greylist-waiting",
                   .title = texts("greylist.waiting"),
                   .value = CountText(overview.store.waiting),
                   .note = texts("greylist.waiting.note")});
  html.Close();
  if (retries.total() > 0) {
    std::uint64_t most_in_one = 1;
    for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) most_in_one = std::max(most_in_one, retries.count(i));
    html.Open("table", {{"class", "bars tight"}}).Element("caption", {}, frame.Text("greylist.after")).Open("tbody");
    for (std::size_t i = 0; i < rules::RetryTimes::kBuckets; ++i) {
      if (retries.count(i) == 0) continue;
      const bool has_end = i < rules::RetryTimes::kBounds.size();
      const std::string bound = texts.Duration(rules::seconds{rules::RetryTimes::kBounds[has_end ? i : i - 1]});
      html.Open("tr").Element("th", {{"scope", "row"}}, (has_end ? "≤ " : "> ") + bound).Open("td", {{"class", "bar"}});
      html.Add(ShareBar(static_cast<double>(retries.count(i)), static_cast<double>(most_in_one), "a-pass")).Close();
      html.Element("td", {{"class", "number"}}, CountText(retries.count(i))).Close();
    }
    html.Close().Close();
  }
  html.Close();
}

// One card of a group.  `link_of` adds a row's text, with where it leads.
template <class LinkOf>
void AddTops(Html& html, const Frame& frame, const std::string& group, const std::string& what,
             const std::vector<admin::CountedText>& texts, const LinkOf& link_of) {
  OpenCard(html, {.id = group + what, .title = frame.Text("top." + what), .look = "quarter", .group = group + "tops"});
  if (texts.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text("top.none")).Close();
    return;
  }
  html.Open("table", {{"class", "bars"}}).Open("tbody");
  for (const admin::CountedText& one : texts) {
    html.Open("tr").Open("th", {{"scope", "row"}});
    link_of(one.text);
    html.Add(ShareBar(static_cast<double>(one.count), static_cast<double>(texts.front().count), "a-defer")).Close();
    html.Element("td", {{"class", "number"}}, CountText(one.count)).Close();
  }
  html.Close().Close().Close();
}

// The four cards of what was refused or greylisted.  `group`: what their ids begin with.
void AddTopsOf(Html& html, const Frame& frame, const std::string& group, const admin::OverviewTally& tally) {
  const auto linked = [&](const char* parameter, const char* before) {
    return [&html, &frame, parameter, before](const std::string& text) {
      const Url url = frame.Link("/verdicts").With(parameter, before + text).With("since", "7d");
      html.Element("a", {Attribute::Href(url)}, text);
    };
  };
  html.Element("h2", {{"class", "group"}, {"id", group + "tops"}}, frame.Text("tops." + group + "title"));
  AddTops(html, frame, group, "reasons", tally.reasons, [&](const std::string& reason) {
    html.Element("span", {{"data-reason", reason}}, frame.texts.Word("reason", reason));
  });
  AddTops(html, frame, group, "networks", tally.tops.networks, linked("client", ""));
  AddTops(html, frame, group, "names", tally.tops.names, linked("client", "."));
  AddTops(html, frame, group, "senders", tally.tops.senders, linked("sender", ""));
}

void AddLists(Html& html, const Frame& frame, const Overview& overview) {
  OpenCard(html, {"lists", frame.Text("lists.title"), "wide"});
  if (overview.zones.empty()) {
    html.Element("p", {{"class", "none"}}, frame.Text("lists.none")).Close();
    return;
  }
  html.Open("div", {{"class", "scroll"}}).Open("table").Open("thead").Open("tr");
  for (const char* column : {"list", "state", "points", "asked", "hits", "rate", "failed", "took"}) {
    const bool is_text = std::string_view(column) == "list" || std::string_view(column) == "state";
    html.Element("th", {{"scope", "col"}, {"class", is_text ? "" : "number"}},
                 frame.Text("lists." + std::string(column)));
  }
  html.Close().Close().Open("tbody");
  for (const admin::OverviewZone& list : overview.zones) {
    const cache::ZoneStateRow& row = list.status.row;
    const auto asked = static_cast<double>(list.counts.asked);
    html.Open("tr", {{"data-list", row.shown}, {"data-state", rules::Name(row.state)}});
    html.Open("th", {{"scope", "row"}}).Text(row.shown);
    if (row.family == rules::ZoneFamily::kNames) html.Element("small", {}, frame.Text("lists.of_names"));
    html.Close().Open("td").Element(
        "i", {{"class", std::string("dot z-") + rules::Name(row.state)}, {"aria-hidden", "true"}}, "");
    html.Text(frame.texts.Word("zone", rules::Name(row.state)));
    const bool is_told = row.state != rules::ZoneState::kUnknown && row.reason;
    if (is_told) html.Element("small", {}, frame.texts.Say(*row.reason));
    html.Close();
    html.Element("td", {{"class", "number"}}, list.status.points);
    html.Element("td", {{"class", "number"}}, CountText(list.counts.asked));
    html.Element("td", {{"class", "number"}}, CountText(list.counts.hits));
    html.Element("td", {{"class", "number"}}, PercentText(static_cast<double>(list.counts.hits), asked));
    html.Element("td", {{"class", "number"}}, PercentText(static_cast<double>(list.counts.unavailable), asked));
    const auto took = static_cast<double>(list.counts.microseconds) / 1e6 / asked;
    html.Element("td", {{"class", "number"}}, list.counts.asked > 0 ? SecondsText(took) : "–").Close();
  }
  html.Close().Close().Close().Close();
}

void AddNewest(Html& html, const Frame& frame, const Overview& overview) {
  OpenCard(html, {"newest", frame.Text("newest.title"), "wide"});
  html.Add(VerdictTable(frame, overview.newest));
  html.Open("p", {{"class", "more"}})
      .Element("a", {Attribute::Href(frame.Link("/verdicts"))}, frame.Text("newest.all"))
      .Close();
  html.Close();
}

void AddStores(Html& html, const Frame& frame, const Overview& overview) {
  OpenCard(html, {"stores", frame.Text("stores.title"), "half"});
  html.Open("table", {{"class", "bars"}}).Open("tbody");
  const admin::StoreFigures& store = overview.store;
  for (const auto& [name, bytes] :
       {std::pair{"facts", store.facts}, std::pair{"records", store.records}, std::pair{"lists", store.lists}}) {
    const auto used = static_cast<double>(bytes.used), most = static_cast<double>(bytes.at_most);
    html.Open("tr", {{"data-store", name}}).Open("th", {{"scope", "row"}}).Text(std::string(name) + "/");
    html.Element("small", {}, frame.Text("stores." + std::string(name))).Close();
    html.Open("td", {{"class", "bar"}}).Add(ShareBar(used, most, used > 0.9 * most ? "full" : "a-pass")).Close();
    html.Element("td", {{"class", "number"}}, BytesText(bytes.used) + " / " + BytesText(bytes.at_most)).Close();
  }
  html.Close().Close();
  html.Element("h3", {}, frame.Text("servers.title"));
  if (overview.name_servers.empty()) html.Element("p", {{"class", "none"}}, frame.Text("servers.none"));
  html.Open("ul", {{"class", "servers"}, {"id", "servers"}});
  for (const auto& [server, is_up] : overview.name_servers) {
    html.Open("li", {{"data-server", server}, {"data-up", is_up ? "yes" : "no"}});
    html.Element("i", {{"class", is_up ? "dot z-healthy" : "dot z-dead"}, {"aria-hidden", "true"}}, "");
    html.Text(server + " ").Element("small", {}, frame.Text(is_up ? "servers.up" : "servers.down")).Close();
  }
  html.Close().Close();
}

void AddHeld(Html& html, const Frame& frame, const Overview& overview) {
  OpenCard(html, {"held", frame.Text("held.title"), "half"});
  html.Open("table", {{"class", "plain"}}).Open("tbody");
  const admin::StoreFigures& store = overview.store;
  const auto add = [&](const char* key, std::uint64_t count) {
    html.Open("tr").Element("th", {{"scope", "row"}}, frame.Text(key));
    html.Element("td", {{"class", "number"}}, CountText(count)).Close();
  };
  add("held.clients", store.clients.value_or(0));
  add("held.names", store.names.value_or(0));
  add("held.triplets", store.triplets);
  add("held.passes", store.passes);
  add("held.entries", store.list_entries);
  add("held.verdicts", store.verdicts);
  html.Close().Close().Close();
}

}  // namespace

HttpResponse OverviewPage(const Frame& frame, const Overview& overview) {
  PageParts parts{.place = Place::kOverview,
                  .title = std::string(frame.Text("overview.title")),
                  .refresh_after = kRefresh,
                  .main = {}};
  Html& html = parts.main;
  AddAttention(html, frame, overview);
  AddSpans(html, frame, overview.span.asked);
  AddFigures(html, frame, overview);
  html.Open("div", {{"class", "cards"}});
  AddTraffic(html, frame, overview);
  AddAnswerTimes(html, frame, overview);
  AddGreylist(html, frame, overview);
  AddAppeals(html, frame, overview);
  AddOutgoing(html, frame, overview);
  // In monitor nothing was: then there is only what enforce would have done.
  const bool has_some = overview.answered.greylisted() + overview.answered.refused() > 0;
  if (has_some || !overview.differs()) AddTopsOf(html, frame, "", overview.answered);
  if (overview.differs()) AddTopsOf(html, frame, "would-", overview.would);
  AddNewest(html, frame, overview);
  AddLists(html, frame, overview);
  AddStores(html, frame, overview);
  AddHeld(html, frame, overview);
  html.Close();
  return Page(frame, parts);
}

}  // namespace policyd::http::pages
