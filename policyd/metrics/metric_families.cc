#include "policyd/metrics/metric_families.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "policyd/metrics/shared_gauges.h"

namespace policyd::metrics {

using prometheus::MetricFamily;

namespace {

// `part`: where a metric of this type has its value.
template <class Part>
MetricFamily WithValues(MetricFamily family, std::vector<LabelledValue> values, Part prometheus::ClientMetric::*part) {
  for (LabelledValue& value : values) {
    prometheus::ClientMetric metric;
    metric.label = std::move(value.labels);
    (metric.*part).value = value.value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

std::vector<LabelledValue> ZoneStates(const std::vector<Gauges::Zone>& zones) {
  std::vector<LabelledValue> values;
  for (const Gauges::Zone& zone : zones) {
    for (std::size_t i = 0; i < rules::kZoneStates; ++i) {
      const auto state = static_cast<rules::ZoneState>(i);
      values.push_back({{{"site", zone.shown}, {"state", rules::Name(state)}}, zone.state == state ? 1.0 : 0.0});
    }
  }
  return values;
}

std::vector<LabelledValue> NameServerStates(const std::vector<rules::NameServerState>& servers) {
  std::vector<LabelledValue> values;
  for (const rules::NameServerState& server : servers) {
    values.push_back({{{"server", server.name}, {"state", "up"}}, server.is_down ? 0.0 : 1.0});
    values.push_back({{{"server", server.name}, {"state", "down"}}, server.is_down ? 1.0 : 0.0});
  }
  return values;
}

std::vector<LabelledValue> One(double value) {
  return {{{}, value}};
}

std::vector<MetricFamily> ProcessFamilies(const ProcessFigures& process) {
  return {
      CounterFamily("process_cpu_seconds_total", "User and system processor time", One(process.cpu_seconds)),
      GaugeFamily("process_start_time_seconds", "Start of the process, seconds since 1970", One(process.start_time)),
      GaugeFamily("process_resident_memory_bytes", "Resident memory, mapped stores included",
                  One(static_cast<double>(process.resident_bytes))),
      GaugeFamily("process_virtual_memory_bytes", "Address space, mapped stores included",
                  One(static_cast<double>(process.virtual_bytes))),
      GaugeFamily("process_open_fds", "Open file descriptors", One(static_cast<double>(process.open_descriptors))),
      GaugeFamily("process_max_fds", "Limit of open file descriptors",
                  One(static_cast<double>(process.max_descriptors))),
  };
}

std::vector<MetricFamily> StoreFamilies(const Gauges& gauges) {
  std::vector<LabelledValue> bytes, max_bytes, entries, states, readers;
  for (const auto& row : gauges.store_states) {
    states.push_back({{{"store", row.store}, {"state", row.state}}, row.is_so ? 1.0 : 0.0});
  }
  for (const auto& row : gauges.oldest_readers) {
    readers.push_back({{{"store", row.store}}, static_cast<double>(row.commits_behind)});
  }
  for (const auto& store : gauges.stores) {
    bytes.push_back({{{"store", store.name}}, static_cast<double>(store.bytes)});
    max_bytes.push_back({{{"store", store.name}}, static_cast<double>(store.max_bytes)});
  }
  for (const auto& table : gauges.tables) {
    entries.push_back({{{"table", table.table}}, static_cast<double>(table.count)});
  }
  std::vector<LabelledValue> evicted;
  for (const auto& table : gauges.evicted) {
    evicted.push_back({{{"table", table.table}}, static_cast<double>(table.count)});
  }
  return {
      GaugeFamily("sekimori_store_bytes", "Bytes in use of a store", std::move(bytes)),
      GaugeFamily("sekimori_store_max_bytes", "Bytes that a store may use", std::move(max_bytes)),
      GaugeFamily("sekimori_store_state", "1 for each state that a store is in", std::move(states)),
      GaugeFamily("sekimori_store_oldest_reader_commits", "Commits since the oldest snapshot that a process holds",
                  std::move(readers)),
      GaugeFamily("sekimori_store_entries", "Entries of a table", std::move(entries)),
      CounterFamily("sekimori_evicted_total", "Entries pushed out of a table that was full", std::move(evicted)),
      CounterFamily("sekimori_store_failed_commits_total", "Commits that failed; their rows are lost",
                    One(static_cast<double>(gauges.failed_commits))),
  };
}

std::vector<LabelledValue> ModeStates(const std::optional<rules::Mode>& mode) {
  std::vector<LabelledValue> values;
  for (std::size_t i = 0; mode && i < kModes; ++i) {
    const auto one = static_cast<rules::Mode>(i);
    values.push_back({{{"mode", rules::Name(one)}}, one == *mode ? 1.0 : 0.0});
  }
  return values;
}

// Faults other than those of lists, name servers and stores.
std::vector<MetricFamily> AttentionFamilies(const Gauges& gauges) {
  const auto one = [](std::uint64_t value) { return One(static_cast<double>(value)); };
  std::vector<LabelledValue> hiding;
  for (const std::string& client : gauges.hiding_clients) hiding.push_back({{{"client", client}}, 1});
  std::vector<LabelledValue> listed, problems, logins;
  for (const auto& [state, count] : gauges.outbound_logins) {
    logins.push_back({{{"state", state}}, static_cast<double>(count)});
  }
  for (const auto& [address, list] : gauges.watch_listed) listed.push_back({{{"address", address}, {"list", list}}, 1});
  for (const auto& [subject, check] : gauges.watch_problems) {
    problems.push_back({{{"subject", subject}, {"check", check}}, 1});
  }
  return {
      GaugeFamily("sekimori_watch_listed", "1 for each own address or domain and list that names it",
                  std::move(listed)),
      GaugeFamily("sekimori_watch_problems",
                  "1 for each check (ptr, forward, helo, spf, dmarc, mx) that an own address or name fails",
                  std::move(problems)),
      GaugeFamily("sekimori_outbound_logins", "Logins whose mail needs a look", std::move(logins)),
      GaugeFamily("sekimori_outbound_total_is_high",
                  "1 where three times as much mail left today as on the busiest of 30 days",
                  one(gauges.outbound_is_high)),
      GaugeFamily("sekimori_own_network_hides_clients",
                  "1 for each own host that says HELO names of others: the real clients are not checked",
                  std::move(hiding)),
      GaugeFamily("sekimori_mode", "1 for the mode in force; in tag and monitor nothing is turned away",
                  ModeStates(gauges.mode)),
      GaugeFamily("sekimori_degraded", "1 where /readyz says that a store is degraded", one(gauges.is_degraded)),
      GaugeFamily("sekimori_writer_stuck", "1 while a commit hangs: first sights pass", one(gauges.is_writer_stuck)),
      GaugeFamily("sekimori_config_warnings", "Warnings of the configuration in force", one(gauges.config_warnings)),
      CounterFamily("sekimori_log_lines_dropped_total", "Lines dropped from the log because its reader stalled",
                    one(gauges.dropped_log_lines)),
  };
}

std::vector<MetricFamily> SharedFamilies(const SharedGauges& shared) {
  static constexpr std::array<std::string_view, 4> kStates{"off", "connecting", "ready", "refused"};
  std::vector<LabelledValue> states;
  for (const std::string_view state : kStates) {
    states.push_back({{{"state", std::string(state)}}, state == shared.state ? 1.0 : 0.0});
  }
  std::vector<LabelledValue> troubles;
  if (!shared.trouble.empty()) troubles.push_back({{{"cause", shared.trouble}}, 1});
  return {
      GaugeFamily("sekimori_shared_state", "1 for the state of the engine that several hosts share", std::move(states)),
      GaugeFamily("sekimori_shared_trouble", "1 for the cause why that engine is not ready", std::move(troubles))};
}

std::vector<MetricFamily> GaugeFamilies(const Gauges& gauges) {
  const auto one = [](std::uint64_t value) { return One(static_cast<double>(value)); };
  return {
      GaugeFamily("sekimori_connections", "Open connections of Postfix", one(gauges.connections)),
      GaugeFamily("sekimori_inquiries_in_flight", "Requests that wait for an answer", one(gauges.inquiries_in_flight)),
      GaugeFamily("sekimori_writer_queue", "Rows that wait to be written", one(gauges.writer_queue)),
      GaugeFamily("sekimori_requests_waiting", "Requests of senders to be let in that nobody has decided yet",
                  one(gauges.requests_waiting)),
      GaugeFamily("sekimori_dnsbl_state", "1 for the state that a list is in", ZoneStates(gauges.zones)),
      GaugeFamily("sekimori_name_server_state", "1 for the state that a name server is in",
                  NameServerStates(gauges.name_servers)),
  };
}

}  // namespace

MetricFamily GaugeFamily(const char* name, const char* help, std::vector<LabelledValue> values) {
  return WithValues({.name = name, .help = help, .type = prometheus::MetricType::Gauge, .metric = {}},
                    std::move(values), &prometheus::ClientMetric::gauge);
}

MetricFamily CounterFamily(const char* name, const char* help, std::vector<LabelledValue> values) {
  return WithValues({.name = name, .help = help, .type = prometheus::MetricType::Counter, .metric = {}},
                    std::move(values), &prometheus::ClientMetric::counter);
}

std::vector<MetricFamily> FamiliesOf(const Gauges& gauges) {
  std::vector<MetricFamily> families = GaugeFamilies(gauges);
  for (const auto& more : {AttentionFamilies(gauges), StoreFamilies(gauges), ProcessFamilies(gauges.process),
                           SharedFamilies(gauges.shared ? *gauges.shared : SharedGauges())}) {
    families.insert(families.end(), more.begin(), more.end());
  }
  return families;
}

}  // namespace policyd::metrics
