#include "policyd/metrics/store_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace policyd::metrics {
namespace {

constexpr rules::seconds kSaidEvery{3600};
// A snapshot that is held over so many commits makes the file grow; a backup of a large store takes a while, too.
constexpr std::uint64_t kManyCommits = 1000;
constexpr std::uint64_t kSomeCommits = 100;  // ... and in a full store keeps it from making room
constexpr std::uint64_t kLooksBeforeWarning = 6;
constexpr unsigned kFull = 90;  // percent of the pages were used once

std::string Key(const std::vector<cache::Alarm>& alarms) {
  std::string key;
  for (const cache::Alarm& alarm : alarms) key.append(alarm.store).append(" ").append(Name(alarm.state)).append("\n");
  return key;
}

// Pages that the snapshot can see count as free but are not.
bool IsHeldFull(const cache::Environment& environment, const cache::Environment::OldestReader& oldest) {
  if (oldest.commits_behind < kSomeCommits) return false;
  const auto usage = environment.usage();
  return usage.used_bytes / kFull > usage.max_bytes / 100;
}

}  // namespace

void StoreWatch::Look(rules::TimePoint now) {
  LogFailedCommits();
  LogEvictions();
  LogAlarms(now);
  LogOldReaders();
}

void StoreWatch::LogFailedCommits() {
  const bool is_stuck = writer_.is_stuck();
  if (is_stuck && !was_stuck_) {
    log_.Write(runtime::LogLevel::kError, "store_write_hangs", {{"effect", "first sights pass until it goes on"}});
  }
  was_stuck_ = is_stuck;
  const std::uint64_t failed = writer_.counts().failed_commits;
  if (failed == failed_commits_) return;
  log_.Write(runtime::LogLevel::kError, "store_write_failed",
             {{"error", writer_.last_error().value_or("")}, {"times", std::to_string(failed - failed_commits_)}});
  failed_commits_ = failed;
}

void StoreWatch::LogEvictions() {
  for (const FullTable& full : evictions_.Look(writer_.counts().evicted, std::chrono::steady_clock::now())) {
    log_.Write(runtime::LogLevel::kWarning, "table_full",
               {{"table", full.name}, {"evicted", std::to_string(full.evicted)}, {"hint", full.hint}});
  }
}

void StoreWatch::LogAlarms(rules::TimePoint now) {
  const std::vector<cache::Alarm> alarms = stores_.Alarms(now);
  const std::string key = Key(alarms);
  // After a clock was set back the warning must still come.
  const bool is_due = key != said_ || !said_at_ || now < *said_at_ || now - *said_at_ >= kSaidEvery;
  if (!is_due) return;
  if (alarms.empty() && !said_.empty()) log_.Write(runtime::LogLevel::kInfo, "store_sound", {});
  said_ = key;
  said_at_ = now;
  for (const cache::Alarm& alarm : alarms) {
    log_.Write(runtime::LogLevel::kError, "store_degraded",
               {{"store", alarm.store},
                {"state", Name(alarm.state)},
                {"text", rules::InEnglish(alarm.what, cache::AlarmRows())}});
  }
}

void StoreWatch::LogOldReaders() {
  const auto oldest = stores_.records_environment().oldest_reader();
  if (oldest.commits_behind < kManyCommits) {
    looks_with_old_reader_ = 0;
    return;
  }
  if (++looks_with_old_reader_ % kLooksBeforeWarning != 0) return;
  log_.Write(runtime::LogLevel::kWarning, "store_reader_hangs",
             {{"store", "records"},
              {"pid", std::to_string(oldest.pid)},
              {"commits", std::to_string(oldest.commits_behind)},
              {"effect", "the file grows until that process goes on or ends"}});
}

std::vector<rules::Statement> StoreWatch::Faults(rules::TimePoint now) const {
  std::vector<rules::Statement> faults;
  if (writer_.is_stuck()) faults.push_back(cache::AlarmOf("writing_hangs"));
  const cache::Environment& records = stores_.records_environment();
  if (const auto oldest = records.oldest_reader(); IsHeldFull(records, oldest)) {
    faults.push_back(
        cache::AlarmOf("held_full", {{"store", std::string("records")}, {"pid", std::to_string(oldest.pid)}}));
  }
  for (cache::Alarm& alarm : stores_.Alarms(now)) faults.push_back(std::move(alarm.what));
  return faults;
}

std::optional<std::string> StoreWatch::Degraded(rules::TimePoint now) const {
  std::string text;
  for (const rules::Statement& fault : Faults(now)) {
    if (!text.empty()) text += "; ";
    text += rules::InEnglish(fault, cache::AlarmRows());
  }
  if (text.empty()) return std::nullopt;
  return text;
}

void StoreWatch::AddGauges(rules::TimePoint now, Gauges& gauges) const {
  gauges.is_degraded = !Faults(now).empty();
  gauges.is_writer_stuck = writer_.is_stuck();
  gauges.dropped_log_lines = log_.dropped();
  const std::vector<cache::Alarm> alarms = stores_.Alarms(now);
  for (const char* store : {"facts", "records", "lists"}) {
    const auto is_its = [store](const cache::Alarm& alarm) { return alarm.store == store; };
    for (const cache::StoreState state : cache::kStoreStates) {
      const bool is_raised = std::any_of(alarms.begin(), alarms.end(), [&](const cache::Alarm& alarm) {
        return is_its(alarm) && alarm.state == state;
      });
      const bool is_sound = state == cache::StoreState::kSound && std::none_of(alarms.begin(), alarms.end(), is_its);
      gauges.store_states.push_back({store, std::string(Name(state)), is_raised || is_sound});
    }
    gauges.oldest_readers.push_back({store, stores_.environment(store).oldest_reader().commits_behind});
  }
}

}  // namespace policyd::metrics
