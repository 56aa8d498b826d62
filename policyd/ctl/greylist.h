// greylist: list, show, remove, stats.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/admin/stores/greylist.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::GreylistListOptions;

// The triplets that wait, oldest first; or the auto-whitelist, the latest pass first.
ExitStatus RunGreylistList(Context& context, const GreylistListOptions& options);

using admin::GreylistClientOptions;

// The triplets of one client that wait, and how far it is on the way to the auto-whitelist.
ExitStatus RunGreylistShow(Context& context, const GreylistClientOptions& options);

// The client's waiting triplets go; kNoSuchThing where there is none.
ExitStatus RunGreylistRemove(Context& context, const GreylistClientOptions& options);

struct GreylistStatsOptions {};

ExitStatus RunGreylistStats(Context& context, const GreylistStatsOptions& options);

}  // namespace policyd::ctl
