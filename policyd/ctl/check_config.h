// check-config: is the configuration right, and what does it come to?
#pragma once

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct CheckConfigOptions {};

// Says every error and ends with kBadConfiguration, or a summary with the warnings.  Opens no store.
ExitStatus RunCheckConfig(Context& context, const CheckConfigOptions& options);

}  // namespace policyd::ctl
