// cache warm: asks DNS about many clients before they come, as after a move to a new machine.
#pragma once

#include <cstdint>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct CacheWarmOptions {
  std::string file{};   // lines ADDRESS [anything]; "-": standard input
  unsigned rate = 200;  // questions a second at most
  bool shows_progress = false;
};

// Prints how many clients were known, learnt and failed, and how many lines could not be read.  kBadInput where no line
// has an address.
ExitStatus RunCacheWarm(Context& context, const CacheWarmOptions& options);

}  // namespace policyd::ctl
