// audit: every change that people made.
#pragma once

#include <cstddef>
#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct AuditOptions {
  std::string since{};  // "7d"
};

// The oldest first.
ExitStatus RunAudit(Context& context, const AuditOptions& options);

}  // namespace policyd::ctl
