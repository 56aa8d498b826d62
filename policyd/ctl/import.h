// import: what other programs remember and list, taken over.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/import/import_entries.h"
#include "policyd/ctl/context.h"
#include "policyd/ctl/lists.h"

namespace policyd::ctl {

enum class ImportFormat : std::uint8_t {
  // Triplets and clients that came back: checked whole first, then in steps
  // that a second call finishes.
  kPostgrey,
  kSqlgrey,
  kMilterGreylist,
  // Lists.  As in the other programs a line that is none is named and left out,
  // unless no line is one.
  kPostgreyClients,
  kPostgreyRecipients,
  kAccess,
  kCidr,
  kPatterns,
  // Ours: all of a file or nothing.
  kPlain,
};

struct ImportOptions {
  ImportFormat format = ImportFormat::kPlain;
  std::vector<std::string> files{};
  std::string delay{};  // of postgrey; else its default, 5 minutes
  bool is_dry_run = false;
  bool is_strict = false;  // all of a file or nothing
  std::string by{};
  admin::EntryOptions entry{};                                   // of lists
  admin::AccessSubject subject = admin::AccessSubject::kClient;  // of an access(5) table
  rules::ListKind list = rules::ListKind::kWhitelist;            // of lines that do not say it
};

// A line a file: what was taken, what was known already, what was skipped and
// why.  kBadInput where one of the files is not what it should be: then nothing
// of any was taken.
ExitStatus RunImport(Context& context, const ImportOptions& options);

}  // namespace policyd::ctl
