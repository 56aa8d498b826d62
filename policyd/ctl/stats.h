// stats: a short overview of all that is remembered.
#pragma once

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct StatsOptions {};

ExitStatus RunStats(Context& context, const StatsOptions& options);

}  // namespace policyd::ctl
