// cache: stats, show, forget, flush: what DNS said and is remembered.
//
// Where facts/ cannot be used (the machine crashed, and the daemon has not started since) nothing is remembered.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct CacheStatsOptions {};

ExitStatus RunCacheStats(Context& context, const CacheStatsOptions& options);

struct CacheSubjectOptions {
  std::string subject{};  // a client's address, or a name that name lists were asked about
};

// Every fact with its age; kNoSuchThing where there is none.
ExitStatus RunCacheShow(Context& context, const CacheSubjectOptions& options);

// The facts go, the next request asks DNS again; kNoSuchThing where there is none.
ExitStatus RunCacheForget(Context& context, const CacheSubjectOptions& options);

struct CacheFlushOptions {};

// All facts go, in short steps.
ExitStatus RunCacheFlush(Context& context, const CacheFlushOptions& options);

}  // namespace policyd::ctl
