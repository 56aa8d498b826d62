// Tells whether facts/ may be trusted.  They are written without fsync: sound after any end of the daemon, but not
// after a crash of the machine. facts/boot says which boot wrote last, and whether all was synced at the end.
//
// Only the daemon writes the mark, while it holds the store's lock.  The tool syncs each of its commits to facts/: a
// file that was sound stays so, with no mark to change.
#pragma once

#include <string>

#include "rules/values/result.h"

namespace cache {

// Of this boot of the machine; empty where the kernel does not tell.
std::string CurrentBootId();

// Were the files in `directory` written in this boot, or synced at the end of an earlier one?
bool AreFactsSound(const std::string& directory, const std::string& boot_id);

// Before the first write in this boot: what is there is sound no more after a crash of the machine.
rules::Status MarkInUse(const std::string& directory, const std::string& boot_id);

// REQUIRES: all was synced, and nobody writes any more without syncing.
rules::Status MarkSound(const std::string& directory, const std::string& boot_id);

// Removes the environment's files.
rules::Status StartAnew(const std::string& directory);

}  // namespace cache
