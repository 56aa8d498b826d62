// Judges how the daemon is by its metrics and its store, for `status`: the figures that it shows and the warnings.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policyd/admin/status/metrics_text.h"
#include "policyd/admin/stores/store_figures.h"
#include "policyd/config/config.h"
#include "rules/values/statement.h"

namespace policyd::admin {

// As Nagios plug-ins exit.
enum class Level : std::uint8_t { kOk = 0, kWarning = 1, kCritical = 2 };
const char* Name(Level level);  // "OK", "WARNING", "CRITICAL"

enum class FindingKind : std::uint8_t {
  kNoDaemon,
  kDeadSocket,
  kNoMetrics,
  kNotReady,
  kNoStore,
  kConfiguration,
  kReloadRefused,
  kNameServerDown,
  kHiddenClients,
  kListWithoutPoints,
  kStoreFull,
  kRequestsWaiting,
  kWatchListed,
  kWatchProblem,
  kOutgoingLogins,
  kOutgoingTotal,
  kSharedEngine,
};

// What a kind is called and says; {0}, {1} stand for what it is about.
struct FindingRow {
  FindingKind kind;
  const char* name;  // "name_server_down"
  const char* text;
  const char* hint;  // what to do
};
std::span<const FindingRow> FindingRows();

struct Finding {
  Level level = Level::kWarning;
  FindingKind kind = FindingKind::kConfiguration;
  std::vector<std::string> about;      // a server, a list and its state
  std::vector<rules::Statement> said;  // {0}, where the configuration or the store has something to say
  std::string text, hint;              // the row's, with what it is about
  std::string says{}, removal{};       // of a list: what it writes of us, bytes of strangers; its page for removals

  const char* name() const { return FindingRows()[static_cast<std::size_t>(kind)].name; }
};
Finding MakeFinding(FindingKind kind, std::vector<std::string> about = {}, Level level = Level::kWarning);
// A warning of the configuration, or an error.
Finding ConfigurationFinding(const rules::Statement& warning);
// The daemon works, though its store does not in every way.
Finding DegradedFinding(std::vector<rules::Statement> faults, Level level);
// A text with {0}, {1} filled in.
std::string FilledIn(std::string_view text, const std::vector<std::string>& about);

// The sources that were looked at; one that could not be is absent, with the reason.
struct DaemonView {
  std::optional<cache::StoreLock::HeldBy> daemon;
  std::optional<rules::TimePoint> started;
  std::optional<Samples> metrics;
  std::string no_metrics;                 // why there are none
  std::optional<std::string> not_ready;   // what /readyz says, where it is not
  std::vector<rules::Statement> faults;   // of the store, in spite of which it is ready
  std::vector<std::string> dead_sockets;  // endpoints where nobody listens, with the reason
  std::optional<StoreFigures> store;
  std::string no_store;
  std::map<std::string, std::uint64_t> answers;  // of the last hour, by action
  config::ConfigErrors config_errors;
};

// Name server -> does it answer?
std::map<std::string, bool> NameServersOf(const Samples& metrics);

// facts, records, lists -> the states it is in; "sound" where all is well.
std::map<std::string, std::vector<std::string>> StoreStatesOf(const Samples& metrics);

// The findings that need attention, the worst first.
std::vector<Finding> FindingsOf(const DaemonView& view);
Level WorstOf(const std::vector<Finding>& findings);

}  // namespace policyd::admin
