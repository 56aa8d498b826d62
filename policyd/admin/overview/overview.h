// All that the status page shows: how mail went in a time, how the daemon is, and what needs attention first.
//
// One function from what the daemon knows to a value; the page and GET /api/v1/overview show that value.  It reads the
// history, some counts of the stores and the newest verdicts: its cost does not grow with the journal.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/error.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/outbound/outbound.h"
#include "policyd/admin/overview/verdict_tail.h"
#include "policyd/admin/status/daemon_health.h"
#include "policyd/admin/status/dnsbl.h"
#include "policyd/admin/stores/store_figures.h"
#include "policyd/config/config.h"
#include "policyd/metrics/history_feed.h"
#include "policyd/metrics/request_counts.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct OverviewOptions {
  OptionalText since{};  // a duration or a time, at most 60 days ago; else 24h
  OptionalText until{};  // a time; else now
};

// From when to when, and in which steps.  Minutes are kept for a day, hours for 60.
struct OverviewSpan {
  rules::TimePoint since{}, until{};
  rules::seconds step{};
  std::string asked{};  // "24h" where it ends now
};
Result<OverviewSpan> ReadSpan(const OverviewOptions& options, rules::TimePoint now);

// What the daemon hands over; all of it outlives the call.
struct OverviewSources {
  const config::Config& config;
  const cache::Stores& stores;
  const VerdictTail& tail;
  metrics::HistoryFeed::Newest newest{};
  std::string metrics{};                   // the text of /metrics
  std::vector<rules::Statement> faults{};  // of the store
  std::optional<rules::TimePoint> started{};
};

// Half of all answers took no longer than `p50`, in seconds; nothing where there were none.
struct AnswerTimes {
  std::uint64_t count = 0;
  std::optional<double> p50, p99;

  bool operator==(const AnswerTimes&) const = default;
};

struct OverviewBin {
  rules::TimePoint begin{};
  std::array<std::uint64_t, metrics::kActions> answers{}, would{};  // what was answered, what enforce would have done
  AnswerTimes cached{}, asked{};                                    // without and with waiting for DNS
};

// Mail by what became of it.
struct OverviewTally {
  std::array<std::uint64_t, metrics::kActions> actions{};
  std::vector<CountedText> reasons{};  // why mail was refused or greylisted, the most frequent first
  VerdictTail::Tops tops{};            // whose

  std::uint64_t Count(rules::Action action) const { return actions[metrics::Index(action)]; }
  std::uint64_t let_in() const { return Count(rules::Action::kPass) + Count(rules::Action::kTag); }
  std::uint64_t greylisted() const { return Count(rules::Action::kGreylist); }
  std::uint64_t refused() const;  // deferred, rejected, held or discarded
  std::uint64_t all() const { return let_in() + greylisted() + refused(); }
};

struct OverviewZone {
  ZoneStatus status;
  cache::ZoneCounts counts;  // in this time
};

struct Overview {
  rules::TimePoint now{};
  OverviewSpan span{};
  std::string version;
  rules::Mode mode = rules::Mode::kEnforce;
  std::optional<rules::TimePoint> started;
  std::vector<Finding> attention;  // the worst first

  std::vector<OverviewBin> bins;  // without gaps, the oldest first
  cache::HistoryCounts counts;    // of the whole time
  AnswerTimes cached, asked;
  // By what was answered, which is what became of the mail; and by what enforce would have answered, where a mode or a
  // class lets mail in.
  OverviewTally answered, would;
  std::vector<OverviewZone> zones;
  std::map<std::string, bool> name_servers;  // does it answer?
  StoreFigures store;
  std::vector<cache::JournalRow> newest;
  std::vector<Appeal> appeals;  // that wait, the oldest
  std::size_t appeals_waiting = 0;
  std::optional<OutboundTally> outgoing;  // where mail that leaves is looked at

  bool differs() const { return answered.actions != would.actions; }
  std::uint64_t Greylisted(metrics::GreylistOutcome outcome) const {
    return counts.At(cache::HistoryCounts::kGreylist, metrics::Index(outcome));
  }
  std::uint64_t sent_messages() const { return counts.At(cache::HistoryCounts::kSent, 0); }
  std::uint64_t sent_recipients() const { return counts.At(cache::HistoryCounts::kSent, 1); }
  rules::RetryTimes Retries() const;  // of those that came back in this time
};

Overview MakeOverview(const OverviewSources& sources, const OverviewSpan& span, rules::TimePoint now);

runtime::Json ToJson(const Overview& overview);

}  // namespace policyd::admin
