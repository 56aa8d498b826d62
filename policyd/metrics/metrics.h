// The metrics of the daemon (Prometheus); labels are bounded sets, bound at start.  Safe from all threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/history/history.h"
#include "policyd/metrics/process_figures.h"
#include "policyd/metrics/request_counts.h"
#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/question.h"
#include "rules/zones/health.h"

namespace policyd::metrics {

struct SharedGauges;

// Values that are read only for a look at /metrics.
struct Gauges {
  std::uint64_t connections = 0, inquiries_in_flight = 0, writer_queue = 0;
  struct Store {
    std::string name;  // facts, records, lists
    std::uint64_t bytes = 0;
    std::uint64_t max_bytes = 0;
  };
  std::vector<Store> stores;
  struct StoreState {
    std::string store, state;  // cache::Name() of a state
    bool is_so = false;
  };
  std::vector<StoreState> store_states;
  struct OldestReader {
    std::string store;
    std::uint64_t commits_behind = 0;
  };
  std::vector<OldestReader> oldest_readers;
  struct Entries {
    std::string table;
    std::uint64_t count = 0;
  };
  std::vector<Entries> tables;
  std::vector<Entries> evicted;  // pushed out of a table that was full, since the start
  struct Zone {
    std::string shown;
    rules::ZoneState state = rules::ZoneState::kUnknown;
  };
  std::vector<Zone> zones;
  std::vector<rules::NameServerState> name_servers;
  std::uint64_t failed_commits = 0;
  std::optional<rules::Mode> mode{};
  std::uint64_t config_warnings = 0;
  std::uint64_t dropped_log_lines = 0;
  bool is_degraded = false;  // /readyz says so
  bool is_writer_stuck = false;
  std::uint64_t requests_waiting = 0;  // of senders who ask to be let in
  struct Watched {
    std::string address, list;
  };
  std::vector<Watched> watch_listed{};  // own addresses and domains that are on a list
  struct WatchProblem {
    std::string subject, check;
  };
  std::vector<WatchProblem> watch_problems{};
  struct Logins {
    std::string state;  // "locked", "held", "at_limit", "near_limit"
    std::uint64_t count = 0;
  };
  std::vector<Logins> outbound_logins{};
  bool outbound_is_high = false;            // far more left today than on any day of a month
  std::vector<std::string> hiding_clients;  // own hosts that say names of others
  ProcessFigures process;
  std::shared_ptr<const SharedGauges> shared{};  // of what several hosts share; null: nothing is
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For one more thread that answers requests; lives as long as the Metrics.
  RequestCounts& NewRequestCounts();
  void CountDnsQuery(rules::Question::Kind kind, rules::Fact::State result, std::chrono::nanoseconds took);
  // `shown`: the list as it is shown, never its zone.
  void CountListAnswer(std::string_view shown, rules::Fact::State result, std::chrono::nanoseconds took = {});
  // A verdict that the list's points were part of; `action` is what enforce does.
  void CountListVerdict(std::string_view shown, rules::Action action);
  void SetReloadSuccess(bool ok);
  // Once a second: the counts of the last hour go by it.
  void NoteTime(rules::TimePoint now);

  // Called at each Render(), on the thread that renders.
  void SetGaugeSource(std::function<Gauges()> source);

  // All that the history keeps, since the start.
  cache::HistoryCounts Totals() const;

  // Prometheus text format 0.0.4.
  std::string Render();

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace policyd::metrics
