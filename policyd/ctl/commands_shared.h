// The commands about what several hosts share: shared new-key and status.
#pragma once

#include <chrono>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct NewKeyOptions {
  std::string file{};
};

// Makes the key of hosts that share.  kBadInput where there is such a file.
ExitStatus RunSharedNewKey(Context& context, const NewKeyOptions& options);

struct SharedStatusOptions {
  std::chrono::milliseconds patience{2000};
};

// Whether the daemon can use the engine; kNoSuchThing where it is configured and cannot be used.
ExitStatus RunSharedStatus(Context& context, const SharedStatusOptions& options);

}  // namespace policyd::ctl
