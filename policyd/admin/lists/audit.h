// Every change that people made, and the way back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

// The oldest first.  `since`: "7d", or a time; all where it is not given.
Result<std::vector<cache::AuditRow>> AuditRows(const cache::Stores& stores, const OptionalText& since,
                                               rules::TimePoint now);
runtime::Json AuditToJson(const cache::AuditRow& row);
runtime::Json ToJson(const std::vector<cache::AuditRow>& rows);  // {"changes": [...]}

// Is it told with the first row of its act?
bool IsWithinAct(const cache::AuditRow& row);
// "import access", without the target that each row has behind it.
std::string CommandOfAct(const cache::AuditRow& row);
// "added", "replaced" and "removed" of entries of the lists; of triplets "removed" or "imported", and of a request to
// be let in "decided".
const char* ChangeOf(const cache::AuditRow& row);
// "change 12 (whitelist add 192.0.2.1, 2026-11-21T08:33:20Z)"
std::string AuditTitle(const cache::AuditRow& row);

struct AuditUndoOptions {
  std::uint64_t number = 0;
  std::string comment{};
  OptionalText by{};
};

struct UndoneChange {
  cache::AuditRow row;
  std::vector<ListChange> changes;  // that undid it
};

Status Check(const Caller& caller, const AuditUndoOptions& options);
// Puts an entry of the lists, or all entries of an import, back as they were before the change; that is a change of its
// own.  Refuses what is no change of the lists, and an entry that was changed again since.
Result<UndoneChange> UndoChange(const cache::Stores& stores, const Caller& caller, const AuditUndoOptions& options);
runtime::Json ToJson(const UndoneChange& undone);

}  // namespace policyd::admin
