// A change of the lists by people: all of it in one transaction with its audit rows, or nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/people/list_entry.h"

namespace policyd::admin {

struct ListChange {
  rules::ListEntry entry;  // of a removal only `list` and `target` count
  bool is_removal = false;
  // What must stand there (nothing: no entry), where the change makes sense only then.
  std::optional<std::optional<rules::ListEntry>> expected{};
};

struct ListEdit {
  std::vector<ListChange> changes{};  // REQUIRES: each target once a list
  std::string author;
  std::string command;                  // "whitelist add": the audit puts the target behind it
  std::optional<std::string> reason{};  // else the comment of an entry that is added
  bool is_one_act = false;              // an import: undone as a whole
  rules::TimePoint now{};
};

struct AppliedEdit {
  std::vector<std::optional<rules::ListEntry>> before;  // per change: what stood there
  std::uint64_t number = 0;                             // of the first change in the audit
  // Where one of these is not empty, nothing was changed.
  std::vector<rules::Target> missing;      // removals of what is not there
  std::vector<std::size_t> changed_since;  // changes whose entry is not the expected one
};

// A transaction whose change of lists/ will last; an error where none would.
rules::Result<std::unique_ptr<cache::WriteTransaction>> BeginListChange(const cache::Stores& stores);

rules::Result<AppliedEdit> Apply(const cache::Stores& stores, const ListEdit& edit);

// One audit row of a change that is not one of the lists (a released triplet), in a transaction of its own.
rules::Status AppendAudit(const cache::Stores& stores, const cache::AuditRow& row);

}  // namespace policyd::admin
