// The whitelist and the blocklist as people see and change them: add, remove, list, show.
//
// A change is planned from its options alone, so that a wrong one is said before a store is opened, then made: all
// targets or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/people/list_entry.h"
#include "rules/policy.h"

namespace policyd::admin {

// Advice on an entry that is added: how many recent verdicts it would have changed, what was probably meant where there
// are none, from where a sender's mail really came, and what overlaps.
struct ListAdvice {
  std::size_t changed = 0;  // of `judged` recent verdicts
  std::size_t judged = 0;
  std::vector<std::string> notes;  // sentences without a full stop
};

ListAdvice Advise(const cache::Stores& stores, const rules::Policy& policy, const rules::ListEntry& entry,
                  const std::vector<cache::JournalRow>& recent, rules::TimePoint now);

// A sentence for each kind of overlap; `entry` itself may stand in the lists or not.  Regular expressions are not
// compared, nor names and mail addresses with more than 5,000 of their kind.
std::vector<std::string> OverlapsOf(const cache::Stores& stores, const rules::ListEntry& entry, rules::TimePoint now);

struct ListAddOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  EntryOptions entry{};
};

Result<ListEdit> PlanAddition(const Caller& caller, const ListAddOptions& options);

struct AddedEntry {
  rules::ListEntry entry;
  bool is_replaced = false;  // another entry for the target stood there
  std::uint64_t change = 0;  // its number in the audit
  ListAdvice advice;
};
Result<std::vector<AddedEntry>> AddEntries(const config::Config& config, const cache::Stores& stores,
                                           const ListEdit& edit);
runtime::Json ToJson(const std::vector<AddedEntry>& added);

struct ListRemoveOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::vector<std::string> targets{};
  std::string comment{};  // why
  OptionalText by{};
};

Result<ListEdit> PlanRemoval(const Caller& caller, const ListRemoveOptions& options);

// Returns what stood there; nothing was changed where one of them was not there.
Result<std::vector<rules::ListEntry>> RemoveEntries(const cache::Stores& stores, const ListEdit& edit);
runtime::Json RemovedToJson(const std::vector<rules::ListEntry>& removed);

// An entry with what it did.
struct UsedEntry {
  rules::ListEntry entry;
  cache::EntryHits hits;
};
runtime::Json ToJson(const UsedEntry& used);
runtime::Json ToJson(const std::vector<UsedEntry>& entries);

struct ListPrintOptions {
  rules::ListKind list = rules::ListKind::kWhitelist;
  std::string match{};    // only entries that hold it in target, comment or author
  OptionalText unused{};  // "90d": only those that are older and have not decided since
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
