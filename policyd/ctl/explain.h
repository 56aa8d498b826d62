// Why mail of a client is let in or turned away, and what would change it.  Changes nothing.
#pragma once

#include "policyd/admin/explain/explain.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::ExplainOptions;
ExitStatus RunExplain(Context& context, const ExplainOptions& options);

}  // namespace policyd::ctl
