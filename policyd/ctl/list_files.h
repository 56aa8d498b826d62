// whitelist and blocklist: import and export.
#pragma once

#include <string>

#include "policyd/ctl/context.h"
#include "policyd/ctl/lists.h"

namespace policyd::ctl {

struct ListImportOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string file{};           // "-": standard input
  admin::EntryOptions entry{};  // for lines that do not say it themselves
};

// The file whole or nothing: every line that is wrong is said, and the command ends with kBadInput.
ExitStatus RunListImport(Context& context, const ListImportOptions& options);

struct ListExportOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
};

// A JSON line an entry, always in the same order.
ExitStatus RunListExport(Context& context, const ListExportOptions& options);

}  // namespace policyd::ctl
