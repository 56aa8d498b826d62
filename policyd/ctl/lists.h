// whitelist and blocklist: add, remove, list, show, import, export.
#pragma once

#include <string>

#include "policyd/admin/lists/lists.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::EntryOptions;
using admin::ListAddOptions;
using admin::ListPrintOptions;
using admin::ListRemoveOptions;
using admin::ListShowOptions;

// All targets or none: one that is wrong beside good ones ends with kBadInput.
ExitStatus RunListAdd(Context& context, const ListAddOptions& options);
// All targets or none: one that is not there ends with kNoSuchThing.
ExitStatus RunListRemove(Context& context, const ListRemoveOptions& options);
ExitStatus RunListPrint(Context& context, const ListPrintOptions& options);
ExitStatus RunListShow(Context& context, const ListShowOptions& options);

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
