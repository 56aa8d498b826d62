#include "policyd/ctl/audit.h"

#include <map>
#include <optional>
#include <ostream>
#include <vector>

#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/columns.h"
#include "policyd/runtime/json.h"

namespace policyd::ctl {
namespace {

// The entry as it was kept: a line of JSON, or nothing.
Json Kept(const std::string& text) {
  if (text.empty()) return {};
  auto json = Json::Parse(text);
  return json ? std::move(*json) : Json(text);
}

Json RowToJson(const cache::AuditRow& row) {
  return Json::Object()
      .Add("number", row.number)
      .Add("time", rules::PrintTime(row.time))
      .Add("author", row.author)
      .Add("command", row.command)
      .Add("reason", row.reason)
      .Add("target", row.target)
      .Add("act", row.act == 0 ? Json() : Json(row.act))
      .Add("before", Kept(row.before))
      .Add("after", Kept(row.after));
}

bool IsWithinAct(const cache::AuditRow& row) {
  return row.act != 0 && row.act != row.number;
}

// "import access", without the target that each row has behind it.
std::string CommandOfAct(const cache::AuditRow& row) {
  const bool has_target = row.act != 0 && row.command.ends_with(" " + row.target);
  return has_target ? row.command.substr(0, row.command.size() - row.target.size() - 1) : row.command;
}

const char* ChangeOf(const cache::AuditRow& row) {
  if (row.after.empty()) return "removed";
  return row.before.empty() ? "added" : "replaced";
}

rules::Result<std::vector<cache::AuditRow>> RowsSince(const Context& context, const cache::Stores& stores,
                                                      const std::string& text) {
  const auto since = admin::ParseSince(text, context.now);
  if (!since) return since.error();
  std::vector<cache::AuditRow> rows;
  cache::ReadTransaction snapshot(stores.lists_environment());
  stores.audit().Scan(snapshot, *since, [&](const cache::AuditRow& row) {
    rows.push_back(row);
    return true;
  });
  return rows;
}

// The entry that stands in a row; nothing where it was of something else than the lists.
std::optional<rules::ListEntry> EntryIn(const std::string& text) {
  const auto json = Json::Parse(text);
  const Json* list = json ? json->Find("list") : nullptr;
  const auto* name = list ? std::get_if<std::string>(&list->value()) : nullptr;
  if (!name) return std::nullopt;
  rules::ListEntry defaults;
  if (*name == rules::Name(rules::ListKind::kBlocklist)) defaults.list = rules::ListKind::kBlocklist;
  const auto entry = admin::EntryFromJson(text, defaults);
  return entry ? std::optional(*entry) : std::nullopt;
}

std::string Title(const cache::AuditRow& row) {
  return "change " + std::to_string(row.number) + " (" + Shown(CommandOfAct(row)) + ", " + admin::ShownTime(row.time) +
         ")";
}

// The later change that stands in the way, for whoever wants to undo that first.
std::string ChangedSince(const cache::Stores& stores, const cache::AuditRow& undone, rules::ListKind list) {
  std::string latest = "by somebody";
  cache::ReadTransaction snapshot(stores.lists_environment());
  stores.audit().Scan(snapshot, {}, [&](const cache::AuditRow& row) {
    const auto entry = EntryIn(row.after.empty() ? row.before : row.after);
    const bool is_same = row.number > undone.number && row.target == undone.target && entry && entry->list == list;
    if (is_same) latest = "by " + Title(row);
    return true;
  });
  return latest;
}

// What undoes a change of the lists.
struct Reversal {
  admin::ListChange change;
  std::optional<rules::ListEntry> expected;  // what stands there now, unless somebody changed it again
  cache::AuditRow row;
};

std::optional<Reversal> ReversalOf(const cache::AuditRow& row) {
  const auto before = EntryIn(row.before);
  const auto after = EntryIn(row.after);
  if (!before && !after) return std::nullopt;
  return Reversal{
      .change = {.entry = before ? *before : *after, .is_removal = !before.has_value()}, .expected = after, .row = row};
}

// What undoes the change, with all of the import that it was part of; nothing where it is no change of the lists.
std::vector<Reversal> ReversalsOf(const cache::Stores& stores, cache::ReadTransaction& snapshot,
                                  const cache::AuditRow& row) {
  std::vector<Reversal> reversals;
  const auto take = [&reversals](const cache::AuditRow& one) {
    if (auto reversal = ReversalOf(one)) reversals.push_back(std::move(*reversal));
  };
  if (row.act == 0) {
    take(row);
    return reversals;
  }
  stores.audit().Scan(snapshot, {}, [&](const cache::AuditRow& one) {
    if (one.act == row.act) take(one);
    return true;
  });
  return reversals;
}

void SayUndone(Context& context, const cache::AuditRow& row, const std::vector<Reversal>& reversals) {
  const admin::ListChange& first = reversals.front().change;
  if (context.is_json) {
    context.out << Json::Object()
                       .Add("undone", RowToJson(row))
                       .Add("changes", reversals.size())
                       .Add("entry", first.is_removal ? Json() : admin::EntryToJson(first.entry))
                       .Dump()
                << '\n';
    return;
  }
  context.out << "undone: " << Title(row) << '\n';
  if (reversals.size() > 1) {
    context.out << reversals.size() << " entries are as they were before it\n";
  } else {
    context.out << first.entry.target.text << (first.is_removal ? " is no longer in the " : " is again in the ")
                << rules::Name(first.entry.list) << '\n';
  }
}

}  // namespace

ExitStatus RunAudit(Context& context, const AuditOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto rows = RowsSince(context, *store.stores, options.since);
  if (!rows) return Fail(context, kUsage, rows.error().message);
  if (context.is_json) {
    Json array = Json::Array();
    for (const cache::AuditRow& row : *rows) array.Append(RowToJson(row));
    context.out << Json::Object().Add("changes", std::move(array)).Dump() << '\n';
    return kDone;
  }
  std::map<std::uint64_t, std::size_t> sizes;  // of acts
  for (const cache::AuditRow& row : *rows) ++sizes[row.act];
  Columns columns({"number", "time", "author", "command", "change", "reason"});
  for (const cache::AuditRow& row : *rows) {
    if (IsWithinAct(row)) continue;
    const std::string change = row.act == 0 ? ChangeOf(row) : std::to_string(sizes[row.act]) + " entries";
    columns.Add(
        {std::to_string(row.number), admin::ShownTime(row.time), row.author, CommandOfAct(row), change, row.reason});
  }
  if (!columns.empty()) columns.Print(context.out);
  return kDone;
}

ExitStatus RunAuditExport(Context& context, const AuditExportOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto rows = RowsSince(context, *store.stores, options.since);
  if (!rows) return Fail(context, kUsage, rows.error().message);
  for (const cache::AuditRow& row : *rows) context.out << RowToJson(row).Dump() << '\n';
  return kDone;
}

ExitStatus RunAuditUndo(Context& context, const AuditUndoOptions& options) {
  const auto author = admin::ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const auto remark = admin::CheckRemark("--comment", options.comment);
  if (!remark) return Fail(context, kUsage, remark.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  cache::ReadTransaction snapshot(store.stores->lists_environment());
  const auto row = store.stores->audit().Find(snapshot, options.number);
  if (!row) {
    return Fail(context, kNoSuchThing,
                "there is no change " + std::to_string(options.number) + ": see sekimorictl audit");
  }
  const std::vector<Reversal> reversals = ReversalsOf(*store.stores, snapshot, *row);
  if (reversals.empty())
    return Fail(context, kBadInput, Title(*row) + " is no change of the lists: it cannot be undone");
  admin::ListEdit edit{.changes = {},
                       .author = *author,
                       .command = "audit undo " + std::to_string(options.number),
                       .reason = options.comment.empty() ? "undoes: " + CommandOfAct(*row) : options.comment,
                       .is_one_act = true,
                       .now = context.now};
  for (const Reversal& reversal : reversals) {
    const rules::ListEntry& entry = reversal.change.entry;
    if (store.stores->lists().Find(snapshot, entry.list, entry.target) != reversal.expected) {
      snapshot.Reset();
      return Fail(context, kBadInput,
                  Title(*row) + " cannot be undone: " + entry.target.text + " was changed again " +
                      ChangedSince(*store.stores, reversal.row, entry.list) + "; nothing was changed");
    }
    edit.changes.push_back(reversal.change);
  }
  snapshot.Reset();
  const auto applied = admin::Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  SayUndone(context, *row, reversals);
  return kDone;
}

}  // namespace policyd::ctl
