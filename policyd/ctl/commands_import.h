// The commands that take over what other programs remember or list.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/import/import.h"
#include "policyd/admin/option_values.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::ImportFormat;

struct ImportOptions {
  ImportFormat format = ImportFormat::kPlain;
  std::vector<std::string> files{};
  admin::OptionalText delay{};  // of postgrey; else its default, 5 minutes
  bool is_dry_run = false;
  bool is_strict = false;  // all of a file or nothing
  admin::OptionalText by{};
  admin::EntryOptions entry{};                                   // of lists
  admin::AccessSubject subject = admin::AccessSubject::kClient;  // of an access(5) table
  rules::ListKind list = rules::ListKind::kWhitelist;            // of lines that do not say it
};

// A line a file: what was taken, what was known already, what was skipped and why.  kBadInput where one of the files is
// not what it should be: then nothing of any was taken.
ExitStatus RunImport(Context& context, const ImportOptions& options);

struct ImportPostscreenOptions {
  std::string file{};  // main.cf, or what postconf prints; "-": standard input
};

// Prints [dnsbl] in TOML, for people to put into sekimori.toml; changes nothing.
ExitStatus RunImportPostscreen(Context& context, const ImportPostscreenOptions& options);

}  // namespace policyd::ctl
