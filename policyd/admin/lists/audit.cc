#include "policyd/admin/lists/audit.h"

#include <optional>
#include <utility>

#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/admin/times.h"
#include "policyd/runtime/shown.h"

namespace policyd::admin {
namespace {

// The entry as it was kept: a line of JSON, or null.
runtime::Json Kept(const std::optional<std::string>& text) {
  if (!text) return {};
  auto json = runtime::Json::Parse(*text);
  return json ? std::move(*json) : runtime::Json(*text);
}

// The entry in a row; nothing if the change was not one of the lists.
std::optional<rules::ListEntry> EntryIn(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto json = runtime::Json::Parse(*text);
  const runtime::Json* list = json ? json->Find("list") : nullptr;
  const auto* name = list ? std::get_if<std::string>(&list->value()) : nullptr;
  if (!name) return std::nullopt;
  rules::ListEntry defaults;
  if (*name == rules::Name(rules::ListKind::kBlocklist)) defaults.list = rules::ListKind::kBlocklist;
  const auto entry = KeptEntryFromJson(*text, defaults);
  return entry ? std::optional(*entry) : std::nullopt;
}

// The later change that must be undone first.
std::string ChangedSince(const cache::Stores& stores, const cache::AuditRow& undone, rules::ListKind list) {
  std::string latest = "by somebody";
  cache::ReadTransaction snapshot(stores.lists_environment());
  stores.audit().Scan(snapshot, {}, [&](const cache::AuditRow& row) {
    const auto entry = EntryIn(row.after ? row.after : row.before);
    const bool is_same = row.number > undone.number && row.target == undone.target && entry && entry->list == list;
    if (is_same) latest = "by " + AuditTitle(row);
    return true;
  });
  return latest;
}

// The edit that undoes a change of the lists.
struct Reversal {
  ListChange change;
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

// The edit that undoes the change, with all of the import that it was part of; nothing where it is no change of the
// lists.
std::vector<Reversal> ReversalsOf(const cache::Stores& stores, cache::ReadTransaction& snapshot,
                                  const cache::AuditRow& row) {
  std::vector<Reversal> reversals;
  const auto take = [&reversals](const cache::AuditRow& one) {
    if (auto reversal = ReversalOf(one)) reversals.push_back(std::move(*reversal));
  };
  if (!row.act) {
    take(row);
    return reversals;
  }
  stores.audit().Scan(snapshot, {}, [&](const cache::AuditRow& one) {
    if (one.act == row.act) take(one);
    return true;
  });
  return reversals;
}

}  // namespace

Result<std::vector<cache::AuditRow>> AuditRows(const cache::Stores& stores, const OptionalText& text,
                                               rules::TimePoint now) {
  const auto since = ParseSince(text, now);
  if (!since) return since.error();
  std::vector<cache::AuditRow> rows;
  cache::ReadTransaction snapshot(stores.lists_environment());
  stores.audit().Scan(snapshot, *since, [&](const cache::AuditRow& row) {
    rows.push_back(row);
    return true;
  });
  return rows;
}

runtime::Json AuditToJson(const cache::AuditRow& row) {
  return runtime::Json::Object()
      .Add("number", row.number)
      .Add("time", rules::PrintTime(row.time))
      .Add("author", row.author)
      .Add("command", row.command)
      .Add("reason", row.reason)
      .Add("target", row.target)
      .Add("act", row.act ? runtime::Json(*row.act) : runtime::Json())
      .Add("before", Kept(row.before))
      .Add("after", Kept(row.after));
}

runtime::Json ToJson(const std::vector<cache::AuditRow>& rows) {
  runtime::Json array = runtime::Json::Array();
  for (const cache::AuditRow& row : rows) array.Append(AuditToJson(row));
  return runtime::Json::Object().Add("changes", std::move(array));
}

bool IsWithinAct(const cache::AuditRow& row) {
  return row.act && row.act != row.number;
}

std::string CommandOfAct(const cache::AuditRow& row) {
  const bool has_target = row.act && row.command.ends_with(" " + row.target);
  return has_target ? row.command.substr(0, row.command.size() - row.target.size() - 1) : row.command;
}

const char* ChangeOf(const cache::AuditRow& row) {
  const bool was_there = EntryIn(row.before).has_value();
  const bool is_there = EntryIn(row.after).has_value();
  if (was_there || is_there) return !is_there ? "removed" : was_there ? "replaced" : "added";
  if (row.command.starts_with("outbound ")) return row.before ? "replaced" : "added";
  if (!row.after) return "removed";
  return row.before ? "decided" : "imported";
}

std::string AuditTitle(const cache::AuditRow& row) {
  return "change " + std::to_string(row.number) + " (" + runtime::Shown(CommandOfAct(row)) + ", " +
         ShownTime(row.time) + ")";
}

Status Check(const Caller& caller, const AuditUndoOptions& options) {
  if (const auto author = ParseAuthor(options.by, caller.login); !author) {
    return author.error();
  }
  if (const auto remark = CheckRemark("comment", options.comment); !remark) {
    return remark.error();
  }
  return rules::Done{};
}

Result<UndoneChange> UndoChange(const cache::Stores& stores, const Caller& caller, const AuditUndoOptions& options) {
  if (const auto checked = Check(caller, options); !checked) return checked.error();
  cache::ReadTransaction snapshot(stores.lists_environment());
  const auto row = stores.audit().Find(snapshot, options.number);
  if (!row) {
    return Error{.kind = Error::Kind::kNotFound,
                 .message = "there is no change " + std::to_string(options.number) + " in the audit"};
  }
  const std::vector<Reversal> reversals = ReversalsOf(stores, snapshot, *row);
  if (reversals.empty()) {
    return Error{.kind = Error::Kind::kBadInput,
                 .message = AuditTitle(*row) + " is no change of the lists: it cannot be undone"};
  }
  ListEdit edit{.changes = {},
                .author = options.by.value_or(caller.login),
                .command = "audit undo " + std::to_string(options.number),
                .reason = options.comment.empty() ? "undoes: " + CommandOfAct(*row) : options.comment,
                .is_one_act = true,
                .now = caller.now};
  for (const Reversal& reversal : reversals) {
    edit.changes.push_back(reversal.change);
    edit.changes.back().expected = reversal.expected;
  }
  snapshot.Reset();
  const auto applied = Apply(stores, edit);
  if (!applied) return As(Error::Kind::kStore, applied.error());
  if (!applied->changed_since.empty()) {
    const Reversal& first = reversals[applied->changed_since.front()];
    const rules::ListEntry& entry = first.change.entry;
    return Error{.kind = Error::Kind::kConflict,
                 .message = AuditTitle(*row) + " cannot be undone: " + entry.target.text + " was changed again " +
                            ChangedSince(stores, first.row, entry.list) + "; nothing was changed"};
  }
  return UndoneChange{.row = *row, .changes = std::move(edit.changes)};
}

runtime::Json ToJson(const UndoneChange& undone) {
  const ListChange& first = undone.changes.front();
  return runtime::Json::Object()
      .Add("undone", AuditToJson(undone.row))
      .Add("changes", undone.changes.size())
      .Add("entry", first.is_removal ? runtime::Json() : EntryToJson(first.entry));
}

}  // namespace policyd::admin
