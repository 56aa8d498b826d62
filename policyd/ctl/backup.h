// backup: a consistent copy of records/ and lists/ while the daemon works.  restore: a backup, or another store,
// becomes the store of this configuration.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct BackupOptions {
  std::string directory{};  // new, or an empty folder
};

// facts/ is left out: DNS can be asked again.  The copy belongs to the store's owner and serves as a store.directory.
ExitStatus RunBackup(Context& context, const BackupOptions& options);

struct RestoreOptions {
  std::string from{};
};

// store.directory must be new or empty: nothing is ever written over.
ExitStatus RunRestore(Context& context, const RestoreOptions& options);

}  // namespace policyd::ctl
