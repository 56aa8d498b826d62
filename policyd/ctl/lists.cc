#include "policyd/ctl/lists.h"

#include <ostream>

#include "policyd/ctl/columns.h"
#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/list_edit.h"
#include "policyd/ctl/list_entries.h"
#include "policyd/ctl/option_values.h"
#include "rules/dns_name.h"

namespace policyd::ctl {
namespace {

std::string CommandName(rules::ListKind list, std::string_view verb) {
  return std::string(rules::Name(list)) + " " + std::string(verb);
}

ExitStatus FailAll(Context& context, const std::vector<std::string>& errors) {
  for (const std::string& error : errors) Fail(context, kBadInput, error);
  return Fail(context, kBadInput, "nothing was changed");
}

void SayAdded(Context& context, const ListEdit& edit, const AppliedEdit& applied) {
  Json entries = Json::Array();
  for (std::size_t i = 0; i < edit.changes.size(); ++i) {
    const rules::ListEntry& entry = edit.changes[i].entry;
    const bool is_replaced = applied.before[i].has_value();
    if (context.is_json) {
      entries.Append(
          Json::Object().Add("entry", EntryToJson(entry)).Add("meaning", Describe(entry)).Add("replaced", is_replaced));
      continue;
    }
    context.out << (is_replaced ? "replaced " : "added ") << entry.target.text << " in the " << rules::Name(entry.list)
                << ": " << Describe(entry) << '\n';
  }
  if (context.is_json) context.out << Json::Object().Add("entries", std::move(entries)).Dump() << '\n';
}

void SayRemoved(Context& context, const AppliedEdit& applied) {
  Json removed = Json::Array();
  for (const auto& before : applied.before) {
    if (context.is_json) {
      removed.Append(EntryToJson(*before));
    } else {
      context.out << "removed " << before->target.text << " from the " << rules::Name(before->list) << '\n';
    }
  }
  if (context.is_json) context.out << Json::Object().Add("removed", std::move(removed)).Dump() << '\n';
}

bool Holds(const rules::ListEntry& entry, const std::string& wanted) {
  for (const std::string* text : {&entry.target.text, &entry.comment, &entry.author}) {
    if (rules::LowerAscii(*text).find(wanted) != std::string::npos) return true;
  }
  return false;
}

std::string ExpiryText(const rules::ListEntry& entry, rules::TimePoint now) {
  if (!entry.expires) return {};
  return rules::PrintTime(*entry.expires) + (entry.is_expired(now) ? " (over)" : "");
}

void PrintColumns(Context& context, const std::vector<rules::ListEntry>& entries) {
  Columns columns({"target", "action", "if confirmed", "expires", "author", "comment"});
  for (const rules::ListEntry& entry : entries) {
    const bool is_blocked = entry.list == rules::ListKind::kBlocklist;
    columns.Add({entry.target.text, is_blocked ? rules::Name(entry.action) : "accept", entry.if_confirmed,
                 ExpiryText(entry, context.now), entry.author, entry.comment});
  }
  if (!columns.empty()) columns.Print(context.out);
}

void PrintEntry(Context& context, const rules::ListEntry& entry) {
  context.out << entry.target.text << " in the " << rules::Name(entry.list) << ": " << Describe(entry) << '\n'
              << "  added " << rules::PrintTime(entry.created) << " by " << Shown(entry.author) << '\n';
  if (!entry.comment.empty()) context.out << "  comment: " << Shown(entry.comment) << '\n';
  if (entry.is_expired(context.now)) context.out << "  it is over and counts no longer\n";
}

}  // namespace

rules::Result<rules::ListEntry> MakeEntry(const Context& context, rules::ListKind list, const EntryOptions& options) {
  const auto expires = ParseExpiry(options.expires, context.now);
  if (!expires) return expires.error();
  const auto comment = CheckRemark("--comment", options.comment);
  if (!comment) return comment.error();
  auto author = ParseAuthor(options.by, context.login);
  if (!author) return author.error();

  rules::ListEntry entry;
  entry.list = list;
  entry.if_confirmed = options.if_confirmed;
  entry.comment = options.comment;
  entry.author = std::move(*author);
  entry.created = context.now;
  entry.expires = *expires;
  if (options.action.empty()) return entry;
  const auto action = rules::ParseBlockAction(options.action);
  if (!action) return rules::Error{"--action: expected defer, reject, discard or hold, got \"" + options.action + "\""};
  entry.action = *action;
  return entry;
}

ExitStatus RunListAdd(Context& context, const ListAddOptions& options) {
  const auto common = MakeEntry(context, options.list, options.entry);
  if (!common) return Fail(context, kUsage, common.error().message);

  Targets parsed = ParseTargets(options.targets);
  ListEdit edit{.author = common->author, .command = CommandName(options.list, "add"), .now = context.now};
  for (const rules::Target& target : parsed.targets) {
    rules::ListEntry entry = *common;
    entry.target = target;
    const auto valid = CheckEntry(entry);
    if (!valid) parsed.errors.push_back(valid.error().message);
    edit.changes.push_back({.entry = std::move(entry)});
  }
  if (!parsed.errors.empty()) return FailAll(context, parsed.errors);

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto applied = Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  SayAdded(context, edit, *applied);
  return kDone;
}

ExitStatus RunListRemove(Context& context, const ListRemoveOptions& options) {
  const auto author = ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const auto reason = CheckRemark("--comment", options.comment);
  if (!reason) return Fail(context, kUsage, reason.error().message);
  const Targets parsed = ParseTargets(options.targets);
  if (!parsed.errors.empty()) return FailAll(context, parsed.errors);

  ListEdit edit{
      .author = *author, .command = CommandName(options.list, "remove"), .reason = options.comment, .now = context.now};
  for (const rules::Target& target : parsed.targets) {
    ListChange& change = edit.changes.emplace_back();
    change.is_removal = true;
    change.entry.list = options.list;
    change.entry.target = target;
  }
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto applied = Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);
  for (const rules::Target& target : applied->missing) {
    Fail(context, kNoSuchThing, target.text + " is not in the " + rules::Name(options.list));
  }
  if (!applied->missing.empty()) return Fail(context, kNoSuchThing, "nothing was changed");
  SayRemoved(context, *applied);
  return kDone;
}

ExitStatus RunListPrint(Context& context, const ListPrintOptions& options) {
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  // Collected first: no terminal or pager may hold the snapshot.
  const std::string wanted = rules::LowerAscii(options.match);
  std::vector<rules::ListEntry> entries;
  {
    cache::ReadTransaction snapshot(store.stores->lists_environment());
    store.stores->lists().Scan(snapshot, options.list, [&](const rules::ListEntry& entry) {
      if (Holds(entry, wanted)) entries.push_back(entry);
      return true;
    });
  }
  if (!context.is_json) {
    PrintColumns(context, entries);
    return kDone;
  }
  Json array = Json::Array();
  for (const rules::ListEntry& entry : entries) array.Append(EntryToJson(entry));
  context.out << Json::Object().Add("entries", std::move(array)).Dump() << '\n';
  return kDone;
}

ExitStatus RunListShow(Context& context, const ListShowOptions& options) {
  const auto target = ParseTarget(options.target);
  if (!target) return Fail(context, kBadInput, target.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  cache::ReadTransaction snapshot(store.stores->lists_environment());
  const auto entry = store.stores->lists().Find(snapshot, options.list, *target);
  snapshot.Reset();
  if (!entry) return Fail(context, kNoSuchThing, target->text + " is not in the " + rules::Name(options.list));
  if (context.is_json) {
    context.out << EntryToJson(*entry).Dump() << '\n';
  } else {
    PrintEntry(context, *entry);
  }
  return kDone;
}

}  // namespace policyd::ctl
