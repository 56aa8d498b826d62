// Opens the three environments of a store, with their folders, tables and sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "cache/repair/alarms.h"

namespace cache {

struct StoreSettings {
  std::string directory = "/var/lib/sekimori";
  std::uint64_t max_size = std::uint64_t{4} << 30;  // bounds facts/ and records/ each

  bool operator==(const StoreSettings&) const = default;
};

// Places in the tables of records/.
inline constexpr std::size_t kMetaTable = 3;
inline constexpr std::size_t kGreylistTable = 5;
inline constexpr std::string_view kAppealsTable = "requests.1";
inline constexpr std::string_view kReputationTable = "reputation.1";
inline constexpr std::string_view kWatchTable = "watch.1";
inline constexpr std::string_view kAccountsTable = "outbound.1";
inline constexpr std::string_view kCorrespondentsTable = "correspondents.1";
// ... of lists/.
inline constexpr std::string_view kOutboundEntriesTable = "logins.1";

// All with create = false.
Environment::Options FactOptions(const StoreSettings& settings, Durability durability);
Environment::Options RecordOptions(const StoreSettings& settings);
Environment::Options ListOptions(const StoreSettings& settings);

struct DaemonEnvironments {
  std::unique_ptr<Environment> facts, records, lists;
  bool has_boot_mark = false;  // facts/ are marked as in use
  std::vector<Alarm> alarms;   // those that the disk could not keep, or that end with the process
};

// Opens the environments for the daemon so that it can always begin: mail that is not filtered is an inconvenience, a
// policy server that does not start stops all mail.
//
// Each environment is looked at first, in a process of its own: its head always, its pages for a short while, all of
// them where the last process ended while it used it.  A damaged one is moved aside and a new one begins; lists/ come
// back from their last good copy.  One that cannot be written is read; one that cannot be opened at all is in memory.
//
// An error only where even memory has no place.  REQUIRES: the lock of the store is held, or cannot be had.
Result<DaemonEnvironments> OpenForDaemon(const StoreSettings& settings, rules::TimePoint now);

}  // namespace cache
