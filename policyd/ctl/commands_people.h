// The commands that show and change the lists of people: whitelist, blocklist, unblock, suggest, audit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/appeals/appeals.h"
#include "policyd/admin/lists/audit.h"
#include "policyd/admin/lists/lists.h"
#include "policyd/admin/lists/suggestions.h"
#include "policyd/admin/option_values.h"
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

struct UnblockOptions {
  std::string subject{};  // as admin::ReadSubject() takes it
  std::string comment{};
  admin::OptionalText expires{};
  admin::OptionalText by{};
  bool is_wide = false;  // .domain or the network instead
  bool is_dry_run = false;
  bool is_agreed = false;  // though the text tells of another mail than the verdict
};

// Nothing is changed with kNoSuchThing, where no verdict is kept, or one must be chosen by its reference; and with
// kBadInput, where text and verdict disagree.
ExitStatus RunUnblock(Context& context, const UnblockOptions& options);

// The case, what of it is proven, and where there are warnings also what is about to be allowed: said before it is
// done.
void SayPlanned(Context& context, const admin::UnblockOutcome& outcome);
// What is allowed now, or with --dry-run would be.
void SayUnblocked(std::ostream& out, const admin::UnblockOutcome& outcome);

struct RequestListOptions {
  bool is_all = false;  // those that were decided, too
};

ExitStatus RunRequestList(Context& context, const RequestListOptions& options);

struct RequestAllowOptions : admin::AppealWish {};

// As `unblock` with the reference; the request is decided then.
ExitStatus RunRequestAllow(Context& context, const RequestAllowOptions& options);

struct RequestRefuseOptions : admin::AppealWish {};

ExitStatus RunRequestRefuse(Context& context, const RequestRefuseOptions& options);

using admin::SuggestOptions;

// A name that is not suggested ends with kNoSuchThing, and nothing is changed.
ExitStatus RunSuggest(Context& context, const SuggestOptions& options);

struct AuditOptions {
  admin::OptionalText since{};  // "7d", or a time
};

// The oldest first.
ExitStatus RunAudit(Context& context, const AuditOptions& options);

struct AuditExportOptions {
  admin::OptionalText since{};
};

// A line of JSON each, the oldest first.
ExitStatus RunAuditExport(Context& context, const AuditExportOptions& options);

using admin::AuditUndoOptions;

// Puts an entry of the lists, or all entries of an import, back as they were before the change; that is a change of its
// own.  Refuses what is no change of the lists, and an entry that was changed again since.
ExitStatus RunAuditUndo(Context& context, const AuditUndoOptions& options);

}  // namespace policyd::ctl
