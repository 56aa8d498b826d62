#include "policyd/admin/overview/overview.h"
#include "policyd/admin/stores/greylist.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "policyd/runtime/shown.h"

namespace policyd::admin {
namespace {

runtime::Json AttentionToJson(const std::vector<Finding>& findings) {
  runtime::Json array = runtime::Json::Array();
  for (const Finding& finding : findings) {
    runtime::Json json = runtime::Json::Object();
    json.Add("level", Name(finding.level))
        .Add("kind", finding.name())
        .Add("text", finding.text)
        .Add("hint", finding.hint);
    if (!finding.says.empty()) json.Add("says", runtime::Shown(finding.says));
    if (!finding.removal.empty()) json.Add("removal", finding.removal);
    array.Append(std::move(json));
  }
  return array;
}

runtime::Json TimesToJson(const AnswerTimes& times) {
  return runtime::Json::Object()
      .Add("count", times.count)
      .Add("p50_seconds", times.p50 ? runtime::Json(*times.p50) : runtime::Json())
      .Add("p99_seconds", times.p99 ? runtime::Json(*times.p99) : runtime::Json());
}

runtime::Json ActionsToJson(const std::array<std::uint64_t, metrics::kActions>& counts) {
  runtime::Json json = runtime::Json::Object();
  for (const rules::Action action : rules::kAllActions) json.Add(rules::Name(action), counts[metrics::Index(action)]);
  return json;
}

runtime::Json BinsToJson(const std::vector<OverviewBin>& bins) {
  runtime::Json array = runtime::Json::Array();
  for (const OverviewBin& bin : bins) {
    array.Append(runtime::Json::Object()
                     .Add("begin", rules::PrintTime(bin.begin))
                     .Add("verdicts", ActionsToJson(bin.answers))
                     .Add("would", ActionsToJson(bin.would))
                     .Add("cached", TimesToJson(bin.cached))
                     .Add("asked", TimesToJson(bin.asked)));
  }
  return array;
}

runtime::Json CountedToJson(const std::vector<CountedText>& texts, const char* what) {
  runtime::Json array = runtime::Json::Array();
  for (const CountedText& one : texts)
    array.Append(runtime::Json::Object().Add(what, one.text).Add("count", one.count));
  return array;
}

// Adds the members of a tally.
void AddTally(runtime::Json& json, const OverviewTally& tally) {
  json.Add("verdicts", ActionsToJson(tally.actions))
      .Add("reasons", CountedToJson(tally.reasons, "reason"))
      .Add("networks", CountedToJson(tally.tops.networks, "network"))
      .Add("names", CountedToJson(tally.tops.names, "name"))
      .Add("senders", CountedToJson(tally.tops.senders, "sender"));
}

runtime::Json ZonesToJson(const std::vector<OverviewZone>& lists) {
  runtime::Json array = runtime::Json::Array();
  for (const OverviewZone& list : lists) {
    const cache::ZoneCounts& counts = list.counts;
    const double mean = static_cast<double>(counts.microseconds) / 1e6 / static_cast<double>(counts.asked);
    array.Append(runtime::Json::Object()
                     .Add("list", list.status.row.shown)
                     .Add("asked_for", list.status.row.family == rules::ZoneFamily::kNames ? "names" : "addresses")
                     .Add("state", rules::Name(list.status.row.state))
                     .Add("reason", dns::ZoneReasonText(list.status.row.reason))
                     .Add("points", list.status.points)
                     .Add("asked", counts.asked)
                     .Add("hits", counts.hits)
                     .Add("unavailable", counts.unavailable)
                     .Add("mean_seconds", counts.asked > 0 ? runtime::Json(mean) : runtime::Json()));
  }
  return array;
}

runtime::Json StoresToJson(const StoreFigures& store) {
  runtime::Json json = runtime::Json::Object();
  for (const auto& [name, bytes] :
       {std::pair{"facts", store.facts}, std::pair{"records", store.records}, std::pair{"lists", store.lists}}) {
    json.Add(name, runtime::Json::Object().Add("bytes", bytes.used).Add("max_bytes", bytes.at_most));
  }
  return json;
}

runtime::Json GreylistToJson(const Overview& overview) {
  return runtime::Json::Object()
      .Add("deferred", overview.Greylisted(metrics::GreylistOutcome::kNew) +
                           overview.Greylisted(metrics::GreylistOutcome::kExpired))
      .Add("came_back", overview.Greylisted(metrics::GreylistOutcome::kPassed))
      .Add("came_back_after", ToJson(overview.Retries()))
      .Add("waiting", overview.store.waiting);
}

runtime::Json OutgoingToJson(const Overview& overview) {
  if (!overview.outgoing) return {};
  return ToJson(*overview.outgoing)
      .Add("messages", overview.sent_messages())
      .Add("recipients", overview.sent_recipients());
}

}  // namespace

runtime::Json ToJson(const Overview& overview) {
  runtime::Json servers = runtime::Json::Array();
  for (const auto& [server, is_up] : overview.name_servers) {
    servers.Append(runtime::Json::Object().Add("server", server).Add("up", is_up));
  }
  runtime::Json newest = runtime::Json::Array();
  for (const cache::JournalRow& row : overview.newest) newest.Append(RowToJson(row));
  runtime::Json would = runtime::Json::Object();
  AddTally(would, overview.would);
  runtime::Json json = runtime::Json::Object();
  json.Add("now", rules::PrintTime(overview.now))
      .Add("since", rules::PrintTime(overview.span.since))
      .Add("until", rules::PrintTime(overview.span.until))
      .Add("step_seconds", overview.span.step.count())
      .Add("version", overview.version)
      .Add("mode", rules::Name(overview.mode))
      .Add("up_since", overview.started ? runtime::Json(rules::PrintTime(*overview.started)) : runtime::Json())
      .Add("level", Name(WorstOf(overview.attention)))
      .Add("attention", AttentionToJson(overview.attention))
      .Add("cached", TimesToJson(overview.cached))
      .Add("asked", TimesToJson(overview.asked))
      .Add("bins", BinsToJson(overview.bins))
      .Add("lists", ZonesToJson(overview.zones))
      .Add("greylist", GreylistToJson(overview))
      .Add("stores", StoresToJson(overview.store))
      .Add("name_servers", std::move(servers))
      .Add("newest", std::move(newest))
      .Add("requests", AppealsToJson(overview.appeals))
      .Add("requests_waiting", overview.appeals_waiting)
      .Add("outgoing", OutgoingToJson(overview));
  AddTally(json, overview.answered);
  json.Add("would", std::move(would));
  return json;
}

}  // namespace policyd::admin
