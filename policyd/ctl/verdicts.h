// verdicts: what was decided lately and was not a plain pass.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/admin/verdicts/verdicts.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::VerdictsOptions;

// The newest first, where they are not followed.
ExitStatus RunVerdicts(Context& context, const VerdictsOptions& options);

}  // namespace policyd::ctl
