#include "policyd/ctl/commands_people.h"

#include <map>
#include <ostream>

#include "policyd/admin/times.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

void PrintUndone(std::ostream& out, const admin::UndoneChange& undone) {
  const admin::ListChange& first = undone.changes.front();
  out << "undone: " << admin::AuditTitle(undone.row) << '\n';
  if (undone.changes.size() > 1) {
    out << undone.changes.size() << " entries are as they were before it\n";
  } else {
    out << first.entry.target.text << (first.is_removal ? " is no longer in the " : " is again in the ")
        << rules::Name(first.entry.list) << '\n';
  }
}

}  // namespace

ExitStatus RunAudit(Context& context, const AuditOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto rows = admin::AuditRows(*store.stores, options.since, context.now);
  if (!rows) return Fail(context, rows.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*rows));
  std::map<std::uint64_t, std::size_t> sizes;  // of acts
  for (const cache::AuditRow& row : *rows) {
    if (row.act) ++sizes[*row.act];
  }
  Columns columns({"number", "time", "author", "command", "change", "reason"});
  for (const cache::AuditRow& row : *rows) {
    if (admin::IsWithinAct(row)) continue;
    const std::string change = row.act ? std::to_string(sizes[*row.act]) + " entries" : admin::ChangeOf(row);
    columns.Add({std::to_string(row.number), admin::ShownTime(row.time), row.author, admin::CommandOfAct(row), change,
                 row.reason});
  }
  if (!columns.empty()) columns.Print(context.out);
  return kDone;
}

ExitStatus RunAuditExport(Context& context, const AuditExportOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto rows = admin::AuditRows(*store.stores, options.since, context.now);
  if (!rows) return Fail(context, rows.error());
  for (const cache::AuditRow& row : *rows) context.out << admin::AuditToJson(row).Dump() << '\n';
  return kDone;
}

ExitStatus RunAuditUndo(Context& context, const AuditUndoOptions& options) {
  const admin::Caller caller{context.login, context.now};
  if (const auto checked = admin::Check(caller, options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto undone = admin::UndoChange(*store.stores, caller, options);
  if (!undone) return Fail(context, undone.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*undone));
  PrintUndone(context.out, *undone);
  return kDone;
}

}  // namespace policyd::ctl
