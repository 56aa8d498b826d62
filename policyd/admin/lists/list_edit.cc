#include "policyd/admin/lists/list_edit.h"

#include "policyd/admin/lists/list_entries.h"

namespace policyd::admin {
namespace {

// REQUIRES: the writer's lock is held, so that what is read stays so.
AppliedEdit ReadBefore(const cache::Stores& stores, const ListEdit& edit) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  AppliedEdit result;
  for (std::size_t i = 0; i < edit.changes.size(); ++i) {
    const ListChange& change = edit.changes[i];
    auto before = stores.lists().Find(snapshot, change.entry.list, change.entry.target);
    if (change.expected && *change.expected != before) result.changed_since.push_back(i);
    if (change.is_removal && !before) result.missing.push_back(change.entry.target);
    result.before.push_back(std::move(before));
  }
  return result;
}

// The other changes of the same command, as far as one change depends on them.
struct Act {
  const ListEdit& edit;
  std::optional<std::uint64_t> number{};  // else each change is one of its own
};

rules::Status WriteOne(const cache::Stores& stores, cache::WriteTransaction& transaction, const Act& act,
                       const ListChange& change, const std::optional<rules::ListEntry>& before) {
  const ListEdit& edit = act.edit;
  const auto written = change.is_removal ? stores.lists().Remove(transaction, change.entry.list, change.entry.target)
                                         : stores.lists().Put(transaction, change.entry);
  if (!written) return written.error();

  cache::AuditRow row;
  row.time = edit.now;
  row.author = edit.author;
  row.command = edit.command + " " + change.entry.target.text;
  row.target = change.entry.target.text;
  if (before) row.before = EntryToJson(*before).Dump();
  if (!change.is_removal) row.after = EntryToJson(change.entry).Dump();
  row.act = act.number;
  row.reason = edit.reason.value_or(change.is_removal ? std::string() : change.entry.comment);
  return stores.audit().Append(transaction, std::move(row));
}

}  // namespace

// While the disk fails, lists/ is in memory and lost when the daemon ends: "added" would not be true.
rules::Result<std::unique_ptr<cache::WriteTransaction>> BeginListChange(const cache::Stores& stores) {
  cache::Environment& lists = stores.lists_environment();
  if (lists.is_in_memory()) return rules::Error{"lists/ cannot be used just now: no change would be kept"};
  return cache::WriteTransaction::Begin(lists);
}

rules::Result<AppliedEdit> Apply(const cache::Stores& stores, const ListEdit& edit) {
  const auto transaction = BeginListChange(stores);
  if (!transaction) return transaction.error();

  AppliedEdit result = ReadBefore(stores, edit);
  if (!result.missing.empty() || !result.changed_since.empty()) return result;
  const bool is_act = edit.is_one_act && edit.changes.size() > 1;
  result.number = stores.audit().Next(**transaction);
  const Act act{.edit = edit, .number = is_act ? std::optional(result.number) : std::nullopt};
  for (std::size_t i = 0; i < edit.changes.size(); ++i) {
    const auto written = WriteOne(stores, **transaction, act, edit.changes[i], result.before[i]);
    if (!written) return written.error();
  }
  const auto committed = (*transaction)->Commit();
  if (!committed) return committed.error();
  return result;
}

rules::Status AppendAudit(const cache::Stores& stores, const cache::AuditRow& row) {
  const auto transaction = BeginListChange(stores);
  if (!transaction) return transaction.error();
  const auto appended = stores.audit().Append(**transaction, row);
  if (!appended) return appended.error();
  return (*transaction)->Commit();
}

}  // namespace policyd::admin
