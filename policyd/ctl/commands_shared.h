// The commands about what several hosts share: shared new-key.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct NewKeyOptions {
  std::string file{};
};

// Makes the key of hosts that share.  kBadInput where there is such a file.
ExitStatus RunSharedNewKey(Context& context, const NewKeyOptions& options);

}  // namespace policyd::ctl
