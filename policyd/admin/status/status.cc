#include "policyd/admin/status/status.h"

#include <algorithm>
#include <utility>

#include "cache/history/history.h"
#include "policyd/admin/status/running_daemon.h"
#include "policyd/admin/verdicts/journal_rows.h"

namespace policyd::admin {
namespace {

constexpr rules::seconds kLately{3600};

// A request without a client: enough to see that a daemon listens, and it gives no verdict.
constexpr std::string_view kProbe = "request=smtpd_access_policy\nprotocol_state=VRFY\nprotocol_name=SMTP\n\n";

void LookAtDaemon(const config::Config& config, std::chrono::milliseconds patience, DaemonView& view) {
  view.daemon = cache::Stores::RunningDaemon(config.store.directory);
  if (!view.daemon) return;
  if (view.daemon->pid) view.started = StartedAt(*view.daemon->pid);
  for (const config::Endpoint& endpoint : config.service.listen) {
    const auto answer = Exchange(endpoint, kProbe, patience);
    if (!answer) view.dead_sockets.push_back(answer.error().message);
  }
  if (!config.http) {
    view.no_metrics = "http.listen is off";
    return;
  }
  const auto metrics = GetPage(config, "/metrics", patience);
  if (!metrics) {
    view.no_metrics = metrics.error().message;
    return;
  }
  view.metrics = Samples::Parse(*metrics);
  const auto ready = GetPage(config, "/readyz", patience);
  std::string said = ready ? *ready : ready.error().message;
  while (said.ends_with('\n')) said.pop_back();
  constexpr std::string_view kDegraded = "degraded: ";
  if (said.starts_with(kDegraded)) {
    view.faults = {rules::InOwnWords(said.substr(kDegraded.size()))};
  } else if (said != "ok") {
    view.not_ready = std::move(said);
  }
}

void LookAtStore(const config::Config& config, const cache::Stores* stores, DaemonView& view) {
  if (!stores) {
    view.no_store = "see above";
    return;
  }
  view.store = ReadFigures(*stores, config.store.directory);
}

// The daemon knows them to the minute that runs; without it there is what it has written.
void CountLastHour(const cache::Stores* stores, rules::TimePoint now, DaemonView& view) {
  if (view.metrics) {
    for (const auto& [action, count] : VerdictsOfLastHour(*view.metrics)) {
      view.answers[action] = static_cast<std::uint64_t>(count);
    }
    return;
  }
  if (!stores) return;
  cache::HistoryCounts counts;
  cache::ReadTransaction snapshot(stores->records_environment());
  stores->history().AddUp(snapshot, cache::History::Step::kMinute, now,
                          [&](rules::TimePoint minute) { return minute > now - kLately ? &counts : nullptr; });
  for (const rules::Action action : rules::kAllActions) {
    if (const std::uint64_t count = counts.Answers(action); count > 0) view.answers[rules::Name(action)] = count;
  }
}

// Refused or greylisted.
std::map<std::string, std::uint64_t> TurnedAway(std::map<std::string, std::uint64_t> answers) {
  answers.erase(rules::Name(rules::Action::kPass));
  answers.erase(rules::Name(rules::Action::kTag));
  return answers;
}

template <class Count>
runtime::Json CountsToJson(const std::map<std::string, Count>& counts) {
  runtime::Json json = runtime::Json::Object();
  for (const auto& [what, count] : counts) json.Add(what, static_cast<std::uint64_t>(count));
  return json;
}

runtime::Json StoreStatesToJson(const Samples& metrics) {
  runtime::Json json = runtime::Json::Object();
  for (const auto& [store, states] : StoreStatesOf(metrics)) {
    runtime::Json texts = runtime::Json::Array();
    for (const std::string& state : states) texts.Append(state);
    json.Add(store, std::move(texts));
  }
  return json;
}

runtime::Json MetricsToJson(const Samples& metrics) {
  runtime::Json servers = runtime::Json::Array();
  for (const auto& [server, is_up] : NameServersOf(metrics)) {
    servers.Append(runtime::Json::Object().Add("server", server).Add("up", is_up));
  }
  return runtime::Json::Object()
      .Add("name_servers", std::move(servers))
      .Add("lists", CountsToJson(ZonesByState(metrics)))
      .Add("reload_success", metrics.First("sekimori_config_reload_success") != 0.0)
      .Add("requests", static_cast<std::uint64_t>(metrics.Sum("sekimori_requests_total")))
      .Add("verdicts", CountsToJson(metrics.By("sekimori_verdicts_total", "action")))
      .Add("fail_open", CountsToJson(metrics.By("sekimori_fail_open_total", "cause")));
}

runtime::Json StoreToJson(const StoreFigures& store) {
  const auto size = [](const Bytes& bytes) {
    return runtime::Json::Object().Add("bytes", bytes.used).Add("max_bytes", bytes.at_most);
  };
  return runtime::Json::Object()
      .Add("facts", size(store.facts))
      .Add("records", size(store.records))
      .Add("lists", size(store.lists))
      .Add("list_entries", store.list_entries)
      .Add("waiting", store.waiting)
      .Add("verdicts", store.verdicts);
}

}  // namespace

DaemonView LookAt(const config::Config& config, const cache::Stores* stores, std::chrono::milliseconds patience,
                  rules::TimePoint now) {
  DaemonView view;
  LookAtDaemon(config, patience, view);
  LookAtStore(config, stores, view);
  CountLastHour(stores, now, view);
  return view;
}

std::map<std::string, std::uint64_t> ZonesByState(const Samples& metrics) {
  std::map<std::string, std::uint64_t> lists;
  for (const Sample* sample : metrics.Of("sekimori_dnsbl_state")) {
    if (sample->value == 1) ++lists[std::string(sample->Label("state"))];
  }
  return lists;
}

std::map<std::string, double> VerdictsOfLastHour(const Samples& metrics) {
  return metrics.By("sekimori_verdicts_last_hour", "action");
}

std::string VersionOf(const DaemonView& view) {
  if (!view.metrics) return {};
  const auto info = view.metrics->Of("sekimori_build_info");
  return info.empty() ? std::string() : std::string(info.front()->Label("version"));
}

runtime::Json ToJson(const config::Config& config, const DaemonView& view, const std::vector<Finding>& findings) {
  runtime::Json attention = runtime::Json::Array();
  for (const Finding& finding : findings) {
    attention.Append(runtime::Json::Object().Add("level", Name(finding.level)).Add("text", finding.text));
  }
  runtime::Json sockets = runtime::Json::Array();
  for (const config::Endpoint& endpoint : config.service.listen) sockets.Append(endpoint.ToString());
  const Samples metrics = view.metrics.value_or(Samples());
  runtime::Json json = runtime::Json::Object();
  json.Add("level", Name(WorstOf(findings))).Add("attention", std::move(attention)).Add("version", VersionOf(view));
  AddDaemonPid(json, view.daemon);
  json.Add("up_since", view.started ? runtime::Json(rules::PrintTime(*view.started)) : runtime::Json())
      .Add("mode", rules::Name(config.policy->mode))
      .Add("sockets", std::move(sockets))
      .Add("since_start", view.metrics ? MetricsToJson(*view.metrics) : runtime::Json())
      .Add("store", view.store ? StoreToJson(*view.store) : runtime::Json())
      .Add("store_states", StoreStatesToJson(metrics))
      .Add("verdicts_last_hour", CountsToJson(view.answers))
      .Add("turned_away_last_hour", CountsToJson(TurnedAway(view.answers)));
  return json;
}

}  // namespace policyd::admin
