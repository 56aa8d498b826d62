// cache: stats, show, forget, flush: what DNS said and is remembered.
//
// Where facts/ cannot be used (the machine crashed, and the daemon has not started since) nothing is remembered.
#pragma once

#include <string>

#include "policyd/admin/stores/facts.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct CacheStatsOptions {};

ExitStatus RunCacheStats(Context& context, const CacheStatsOptions& options);

using admin::CacheSubjectOptions;

// Every fact with its age; kNoSuchThing where there is none.
ExitStatus RunCacheShow(Context& context, const CacheSubjectOptions& options);

// The facts go, the next request asks DNS again; kNoSuchThing where there is none.
ExitStatus RunCacheForget(Context& context, const CacheSubjectOptions& options);

struct CacheFlushOptions {};

// All facts go, in short steps.
ExitStatus RunCacheFlush(Context& context, const CacheFlushOptions& options);

// A short overview of all that is remembered.
struct StatsOptions {};
ExitStatus RunStats(Context& context, const StatsOptions& options);

}  // namespace policyd::ctl
