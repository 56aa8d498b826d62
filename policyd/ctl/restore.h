// restore: a backup, or another store, becomes the store of this configuration.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct RestoreOptions {
  std::string from{};
};

// store.directory must be new or empty: nothing is ever written over.
ExitStatus RunRestore(Context& context, const RestoreOptions& options);

}  // namespace policyd::ctl
