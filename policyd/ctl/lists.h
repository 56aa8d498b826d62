// whitelist and blocklist: add, remove, list, show.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/ctl/context.h"
#include "rules/people/list_entry.h"

namespace policyd::ctl {

struct ListAddOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  admin::EntryOptions entry{};
};

// All targets or none: one that is wrong beside good ones ends with kBadInput.
ExitStatus RunListAdd(Context& context, const ListAddOptions& options);

struct ListRemoveOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  std::string comment{};  // why
  std::string by{};
};

// All targets or none: one that is not there ends with kNoSuchThing.
ExitStatus RunListRemove(Context& context, const ListRemoveOptions& options);

struct ListPrintOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string match{};   // only entries that hold it in target, comment or author
  std::string unused{};  // "90d": only those that are older and have not decided since
};

ExitStatus RunListPrint(Context& context, const ListPrintOptions& options);

struct ListShowOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string target{};
};

ExitStatus RunListShow(Context& context, const ListShowOptions& options);

}  // namespace policyd::ctl
