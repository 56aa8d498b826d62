#include "policyd/admin/status/daemon_health.h"

#include <algorithm>

namespace policyd::admin {
namespace {

constexpr double kNearlyFull = 0.9;  // from here on the daemon evicts

// A store that was mended serves again, whatever was lost with it; the other states go on until somebody acts.
bool IsMended(std::string_view state) {
  return state == "sound" || state == "replaced" || state == "restored";
}

// /readyz says "degraded: ..." where mail goes on all the same.
Level LevelOfNotReady(const DaemonView& view) {
  if (!view.metrics || !view.not_ready.starts_with("degraded: ")) return Level::kCritical;
  for (const auto& [store, states] : StoreStatesOf(*view.metrics)) {
    if (!std::ranges::all_of(states, IsMended)) return Level::kCritical;
  }
  return Level::kWarning;
}

void AddOfDaemon(const DaemonView& view, std::vector<Finding>& findings) {
  const auto add = [&findings](Level level, std::string text) { findings.push_back({level, std::move(text)}); };
  if (!view.pid) add(Level::kCritical, "no daemon runs on this store: mail is not filtered");
  for (const std::string& socket : view.dead_sockets) add(Level::kCritical, "nobody answers at " + socket);
  if (view.pid && !view.metrics) add(Level::kCritical, "the daemon cannot be asked: " + view.no_metrics);
  if (!view.not_ready.empty()) add(LevelOfNotReady(view), "the daemon is not ready: " + view.not_ready);
  if (!view.store) add(Level::kCritical, "the store cannot be read: " + view.no_store);
  for (const std::string& error : view.config_errors) add(Level::kWarning, "configuration: " + error);
}

void AddOfMetrics(const Samples& metrics, std::vector<Finding>& findings) {
  const auto add = [&findings](std::string text) { findings.push_back({Level::kWarning, std::move(text)}); };
  if (metrics.First("sekimori_config_reload_success") == 0.0) {
    add("the last reload was refused: the daemon runs with what it read before");
  }
  for (const auto& [server, is_up] : NameServersOf(metrics)) {
    if (!is_up) add("name server " + server + " is down");
  }
  for (const Sample* sample : metrics.Of("sekimori_own_network_hides_clients")) {
    add("own network " + std::string(sample->Label("client")) +
        " says names of others: the real clients are hidden, nothing is checked");
  }
  for (const Sample* sample : metrics.Of("sekimori_dnsbl_state")) {
    const std::string_view state = sample->Label("state");
    const bool is_well = state == "healthy" || state == "unchecked" || state == "unknown";
    if (sample->value == 1 && !is_well) {
      add("list " + std::string(sample->Label("site")) + " is " + std::string(state) + " and gives no points");
    }
  }
}

void AddOfStore(const StoreFigures& store, std::vector<Finding>& findings) {
  for (const auto& [name, bytes] : {std::pair{"facts/", store.facts}, std::pair{"records/", store.records}}) {
    const bool is_full =
        bytes.at_most > 0 && static_cast<double>(bytes.used) >= kNearlyFull * static_cast<double>(bytes.at_most);
    if (is_full)
      findings.push_back({Level::kWarning, std::string(name) + " is full (store.max_size): the oldest rows go"});
  }
}

}  // namespace

std::map<std::string, bool> NameServersOf(const Samples& metrics) {
  std::map<std::string, bool> servers;
  for (const Sample* sample : metrics.Of("sekimori_name_server_state")) {
    if (sample->Label("state") == "up") servers.emplace(sample->Label("server"), sample->value != 0);
  }
  return servers;
}

std::map<std::string, std::vector<std::string>> StoreStatesOf(const Samples& metrics) {
  std::map<std::string, std::vector<std::string>> stores;
  for (const Sample* sample : metrics.Of("sekimori_store_state")) {
    if (sample->value != 0) stores[std::string(sample->Label("store"))].emplace_back(sample->Label("state"));
  }
  return stores;
}

const char* Name(Level level) {
  switch (level) {
    case Level::kOk:
      return "OK";
    case Level::kWarning:
      return "WARNING";
    case Level::kCritical:
      return "CRITICAL";
  }
  return "";
}

std::vector<Finding> FindingsOf(const DaemonView& view) {
  std::vector<Finding> findings;
  AddOfDaemon(view, findings);
  if (view.metrics) AddOfMetrics(*view.metrics, findings);
  if (view.store) AddOfStore(*view.store, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.level > b.level; });
  return findings;
}

Level WorstOf(const std::vector<Finding>& findings) {
  return findings.empty() ? Level::kOk : findings.front().level;
}

}  // namespace policyd::admin
