#include "policyd/admin/status/daemon_health.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "cache/repair/alarms.h"
#include "policyd/config/warning_rows.h"

namespace policyd::admin {
namespace {

constexpr double kNearlyFull = 0.9;  // from here on the daemon evicts

// A mended store works again, whatever was lost; the other states last until somebody acts.
bool IsMended(std::string_view state) {
  return state == "sound" || state == "replaced" || state == "restored";
}

// Where the store has a fault mail goes on all the same.
Level LevelOfFaults(const DaemonView& view) {
  if (!view.metrics) return Level::kCritical;
  for (const auto& [store, states] : StoreStatesOf(*view.metrics)) {
    if (!std::ranges::all_of(states, IsMended)) return Level::kCritical;
  }
  return Level::kWarning;
}

void AddOfDaemon(const DaemonView& view, std::vector<Finding>& findings) {
  const auto add = [&findings](Level level, FindingKind kind, std::vector<std::string> about = {}) {
    findings.push_back(MakeFinding(kind, std::move(about), level));
  };
  if (!view.daemon) add(Level::kCritical, FindingKind::kNoDaemon);
  for (const std::string& socket : view.dead_sockets) add(Level::kCritical, FindingKind::kDeadSocket, {socket});
  if (view.daemon && !view.metrics) add(Level::kCritical, FindingKind::kNoMetrics, {view.no_metrics});
  if (view.not_ready) add(Level::kCritical, FindingKind::kNotReady, {*view.not_ready});
  if (!view.faults.empty()) findings.push_back(DegradedFinding(view.faults, LevelOfFaults(view)));
  if (!view.store) add(Level::kCritical, FindingKind::kNoStore, {view.no_store});
  for (const std::string& error : view.config_errors) {
    findings.push_back(ConfigurationFinding(rules::InOwnWords(error)));
  }
}

void AddOfMetrics(const Samples& metrics, std::vector<Finding>& findings) {
  const auto add = [&findings](FindingKind kind, std::vector<std::string> about = {}) {
    findings.push_back(MakeFinding(kind, std::move(about)));
  };
  if (metrics.First("sekimori_config_reload_success") == 0.0) add(FindingKind::kReloadRefused);
  for (const auto& [server, is_up] : NameServersOf(metrics)) {
    if (!is_up) add(FindingKind::kNameServerDown, {server});
  }
  for (const Sample* sample : metrics.Of("sekimori_own_network_hides_clients")) {
    add(FindingKind::kHiddenClients, {std::string(sample->Label("client"))});
  }
  for (const Sample* sample : metrics.Of("sekimori_watch_listed")) {
    add(FindingKind::kWatchListed, {std::string(sample->Label("address")), std::string(sample->Label("list"))});
  }
  for (const Sample* sample : metrics.Of("sekimori_watch_problems")) {
    add(FindingKind::kWatchProblem, {std::string(sample->Label("subject")), std::string(sample->Label("check"))});
  }
  for (const Sample* sample : metrics.Of("sekimori_shared_trouble")) {
    add(FindingKind::kSharedEngine, {std::string(sample->Label("cause"))});
  }
  for (const Sample* sample : metrics.Of("sekimori_dnsbl_state")) {
    const std::string_view state = sample->Label("state");
    const bool is_well = state == "healthy" || state == "unchecked" || state == "unknown";
    if (sample->value == 1 && !is_well) {
      add(FindingKind::kListWithoutPoints, {std::string(sample->Label("site")), std::string(state)});
    }
  }
  if (const auto waiting = metrics.First("sekimori_requests_waiting").value_or(0); waiting > 0) {
    add(FindingKind::kRequestsWaiting, {std::to_string(static_cast<std::uint64_t>(waiting))});
  }
}

// One that is near its limit alone needs nobody yet.
void AddOfOutgoing(const Samples& metrics, std::vector<Finding>& findings) {
  std::map<std::string, std::uint64_t, std::less<>> logins;
  for (const Sample* sample : metrics.Of("sekimori_outbound_logins")) {
    logins[std::string(sample->Label("state"))] = static_cast<std::uint64_t>(sample->value);
  }
  if (logins["locked"] + logins["held"] + logins["at_limit"] > 0) {
    std::vector<std::string> about;
    for (const char* state : {"locked", "held", "at_limit", "near_limit"}) {
      about.push_back(std::to_string(logins[state]));
    }
    findings.push_back(MakeFinding(FindingKind::kOutgoingLogins, std::move(about)));
  }
  if (metrics.First("sekimori_outbound_total_is_high") == 1.0) {
    findings.push_back(MakeFinding(FindingKind::kOutgoingTotal));
  }
}

void AddOfStore(const StoreFigures& store, std::vector<Finding>& findings) {
  for (const auto& [name, bytes] : {std::pair{"facts/", store.facts}, std::pair{"records/", store.records}}) {
    const bool is_full =
        bytes.at_most > 0 && static_cast<double>(bytes.used) >= kNearlyFull * static_cast<double>(bytes.at_most);
    if (is_full) findings.push_back(MakeFinding(FindingKind::kStoreFull, {name}));
  }
}

constexpr FindingRow kRows[] = {
    {FindingKind::kNoDaemon, "no_daemon", "no daemon runs on this store: mail is not filtered",
     "Start it: systemctl start sekimori."},
    {FindingKind::kDeadSocket, "dead_socket", "nobody answers at {0}",
     "Look into the daemon's log: journalctl -u sekimori."},
    {FindingKind::kNoMetrics, "no_metrics", "the daemon cannot be asked: {0}", "Check http.listen."},
    {FindingKind::kNotReady, "not_ready", "the daemon is not ready: {0}",
     "Look into the daemon's log; sekimorictl status says the state of each store."},
    {FindingKind::kNoStore, "no_store", "the store cannot be read: {0}",
     "Check the disk and the owner of store.directory."},
    {FindingKind::kConfiguration, "configuration", "configuration: {0}",
     "Change the file, try it with sekimorictl check-config, and reload."},
    {FindingKind::kReloadRefused, "reload_refused",
     "the last reload was refused: the daemon runs with what it read before",
     "sekimorictl check-config lists the errors; mend them and reload."},
    {FindingKind::kNameServerDown, "name_server_down", "name server {0} is down",
     "Check that it runs and can be reached. Without any, mail passes unchecked."},
    {FindingKind::kHiddenClients, "hidden_clients",
     "own network {0} says names of others: the real clients are hidden, nothing is checked",
     "A gateway or NAT hides them. Ask before it, or take it out of policy.own_networks."},
    {FindingKind::kListWithoutPoints, "list_without_points", "list {0} is {1} and gives no points",
     "sekimorictl dnsbl test {0} says why. Most lists refuse public resolvers: ask through one of your own."},
    {FindingKind::kStoreFull, "store_full", "{0} is full (store.max_size): the oldest rows go",
     "Raise store.max_size and restart."},
    {FindingKind::kRequestsWaiting, "requests_waiting", "requests to be let in wait: {0}",
     "Decide on them: sekimorictl requests list."},
    {FindingKind::kWatchListed, "watch_listed", "our own {0} is listed by {1}",
     "sekimorictl watch says since when, and where to ask for removal once the cause is ended."},
    {FindingKind::kWatchProblem, "watch_problem", "our own {0} fails the check {1}",
     "sekimorictl watch says what is wrong and what to do."},
    {FindingKind::kOutgoingLogins, "outgoing_logins",
     "logins that send: {0} locked, {1} with mail on hold, {2} at a limit, {3} near one",
     "sekimorictl outbound says whose, and what next."},
    {FindingKind::kOutgoingTotal, "outgoing_total", "three times as much mail left today as on the busiest of 30 days",
     "sekimorictl outbound has the busiest logins first."},
    {FindingKind::kSharedEngine, "shared_engine", "the engine of [shared] cannot be used ({0})",
     "sekimorictl shared status says why and what to do. Mail is answered all the same."},
};

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

std::span<const FindingRow> FindingRows() {
  return kRows;
}

std::string FilledIn(std::string_view text, const std::vector<std::string>& about) {
  std::string filled;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_place =
        text[at] == '{' && at + 2 < text.size() && text[at + 2] == '}' && text[at + 1] >= '0' && text[at + 1] <= '9';
    if (!is_place) {
      filled += text[at];
      continue;
    }
    const auto place = static_cast<std::size_t>(text[at + 1] - '0');
    if (place < about.size()) filled += about[place];
    at += 2;
  }
  return filled;
}

Finding MakeFinding(FindingKind kind, std::vector<std::string> about, Level level) {
  const FindingRow& row = kRows[static_cast<std::size_t>(kind)];
  assert(row.kind == kind && "the rows stand in the order of the kinds");
  Finding finding{.level = level, .kind = kind, .about = std::move(about), .said = {}, .text = {}, .hint = {}};
  finding.text = FilledIn(row.text, finding.about);
  finding.hint = FilledIn(row.hint, finding.about);
  return finding;
}

Finding ConfigurationFinding(const rules::Statement& warning) {
  Finding finding = MakeFinding(FindingKind::kConfiguration, {config::WarningText(warning)});
  finding.said = {warning};
  return finding;
}

Finding DegradedFinding(std::vector<rules::Statement> faults, Level level) {
  std::string text;
  for (const rules::Statement& fault : faults) {
    text += (text.empty() ? "degraded: " : "; ") + rules::InEnglish(fault, cache::AlarmRows());
  }
  Finding finding = MakeFinding(FindingKind::kNotReady, {std::move(text)}, level);
  finding.said = std::move(faults);
  return finding;
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
  if (view.metrics) AddOfOutgoing(*view.metrics, findings);
  if (view.store) AddOfStore(*view.store, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.level > b.level; });
  return findings;
}

Level WorstOf(const std::vector<Finding>& findings) {
  return findings.empty() ? Level::kOk : findings.front().level;
}

}  // namespace policyd::admin
