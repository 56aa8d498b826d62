// audit: every change that people made, and the way back.
#pragma once

#include <cstdint>
#include <string>

#include "policyd/admin/lists/audit.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct AuditOptions {
  std::string since{};  // "7d", or a time
};

// The oldest first.
ExitStatus RunAudit(Context& context, const AuditOptions& options);

struct AuditExportOptions {
  std::string since{};
};

// A line of JSON each, the oldest first.
ExitStatus RunAuditExport(Context& context, const AuditExportOptions& options);

using admin::AuditUndoOptions;

// Puts an entry of the lists, or all entries of an import, back as they were before the change; that is a change of its
// own.  Refuses what is no change
// of the lists, and an entry that was changed again since.
ExitStatus RunAuditUndo(Context& context, const AuditUndoOptions& options);

}  // namespace policyd::ctl
