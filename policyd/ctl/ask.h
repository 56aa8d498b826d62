// ask: one question to the running daemon, as Postfix would put it.
#pragma once

#include "policyd/admin/status/ask.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::AskOptions;

// Prints what stands behind "action=".  Uses the first address of policy_service.listen and no store.
ExitStatus RunAsk(Context& context, const AskOptions& options);

}  // namespace policyd::ctl
