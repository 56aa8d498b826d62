// Opens the environments for the daemon so that it can always begin: mail that is not filtered is an inconvenience, a
// policy server that does not start stops all mail.
//
// Each environment is looked at first, in a process of its own: its head always, its pages for a short while, all of
// them where the last process ended while it used it.  What is damaged is moved aside and a new one begins; lists/ come
// back from their last good copy.  What cannot be written is read; what cannot be opened at all is in memory.
#pragma once

#include <memory>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "cache/repair/alarms.h"
#include "cache/store_layout.h"

namespace cache {

struct DaemonEnvironments {
  std::unique_ptr<Environment> facts, records, lists;
  bool has_boot_mark = false;  // facts/ are marked as in use
  std::vector<Alarm> alarms;   // those that the disk could not keep, or that end with the process
};

// An error only where even memory has no place.  REQUIRES: the lock of the store is held, or cannot be had.
Result<DaemonEnvironments> OpenForDaemon(const StoreSettings& settings, rules::TimePoint now);

}  // namespace cache
