// whitelist and blocklist: add, remove, list, show.
#pragma once

#include <string>
#include <vector>

#include "policyd/ctl/context.h"
#include "rules/people/list_entry.h"

namespace policyd::ctl {

// What the entries of one command have in common.
struct EntryOptions {
  std::string comment{};
  std::string expires{};       // "30d"
  std::string by{};            // else the login
  std::string if_confirmed{};  // a domain
  std::string action{};        // blocklist only; else reject
};

struct ListAddOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  EntryOptions entry{};
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

// The entry that the options describe, without a target; an error says which option is wrong.
rules::Result<rules::ListEntry> MakeEntry(const Context& context, rules::ListKind list, const EntryOptions& options);

}  // namespace policyd::ctl
