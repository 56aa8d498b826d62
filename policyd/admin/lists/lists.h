// The whitelist and the blocklist as people see and change them: add, remove, list, show.
//
// A change is planned from its options alone, so that a wrong one is said before a store is opened, then made: all
// targets or none.
#pragma once

#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_advice.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct ListAddOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  EntryOptions entry{};
};

Result<ListEdit> PlanAddition(const Caller& caller, const ListAddOptions& options);

struct AddedEntry {
  rules::ListEntry entry;
  bool is_replaced = false;  // another entry for the target stood there
  ListAdvice advice;
};
Result<std::vector<AddedEntry>> AddEntries(const Config& config, const cache::Stores& stores, const ListEdit& edit);
Json ToJson(const std::vector<AddedEntry>& added);

struct ListRemoveOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  std::string comment{};  // why
  std::string by{};
};

Result<ListEdit> PlanRemoval(const Caller& caller, const ListRemoveOptions& options);

// Returns what stood there; nothing was changed where one of them was not there.
Result<std::vector<rules::ListEntry>> RemoveEntries(const cache::Stores& stores, const ListEdit& edit);
Json RemovedToJson(const std::vector<rules::ListEntry>& removed);

// An entry with what it did.
struct UsedEntry {
  rules::ListEntry entry;
  cache::EntryHits hits;
};
Json ToJson(const UsedEntry& used);
Json ToJson(const std::vector<UsedEntry>& entries);

struct ListPrintOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string match{};   // only entries that hold it in target, comment or author
  std::string unused{};  // "90d": only those that are older and have not decided since
};

Status Check(const ListPrintOptions& options, rules::TimePoint now);
Result<std::vector<UsedEntry>> FindEntries(const cache::Stores& stores, const ListPrintOptions& options,
                                           rules::TimePoint now);

struct ListShowOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string target{};
};

Status Check(const ListShowOptions& options);
Result<UsedEntry> FindEntry(const cache::Stores& stores, const ListShowOptions& options);

}  // namespace policyd::admin
