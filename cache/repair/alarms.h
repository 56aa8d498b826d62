// Faults of a store, kept for people to see until they have looked: STORE/alarms.
//
// A line an alarm; of one store and state the last stands.  Removing the file, or a line, is how a person says "seen".
// The daemon alone writes it; anybody may read it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/values/result.h"
#include "rules/values/statement.h"
#include "rules/values/time.h"

namespace cache {

enum class StoreState : std::uint8_t {
  kSound,
  kReplaced,  // it was damaged and moved aside, a new one began
  kRestored,  // lists/: it was damaged or gone, and is as its last good copy
  kLost,      // lists/: its entries are gone, and there is no copy
  kReadOnly,  // the disk cannot be written: what is there is read, nothing is remembered
  kInMemory,  // it cannot be opened at all: a new one in memory serves until the end of the process
  kFailing,   // reads or writes fail
};
inline constexpr StoreState kStoreStates[] = {StoreState::kSound,  StoreState::kReplaced, StoreState::kRestored,
                                              StoreState::kLost,   StoreState::kReadOnly, StoreState::kInMemory,
                                              StoreState::kFailing};

std::string_view Name(StoreState state);

struct Alarm {
  std::string store;  // facts, records, lists
  StoreState state = StoreState::kSound;
  rules::Statement what;
  rules::TimePoint when;  // it was raised

  bool operator==(const Alarm&) const = default;
};

// The statement "alarm.KIND".  REQUIRES: there is a row of it.
rules::Statement AlarmOf(std::string_view kind, rules::StatementPlaces about = {});
// What alarms, and the checks that raise them, say in English.
std::span<const rules::StatementRow> AlarmRows();

// Those that stand in the file.  That disposable facts/ began anew is of interest for a day.
std::vector<Alarm> ReadAlarms(const std::string& directory, rules::TimePoint now);
// An alarm that cannot be written is not kept: the daemon shows it for as long as it runs.
rules::Status KeepAlarm(const std::string& directory, const Alarm& alarm);

}  // namespace cache
