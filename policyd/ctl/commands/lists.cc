#include "policyd/ctl/commands_people.h"

#include <ostream>

#include "policyd/admin/import/import.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/times.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {
namespace {

void SayAdded(std::ostream& out, const admin::AddedEntry& added) {
  const auto& [entry, is_replaced, change, advice] = added;
  out << (is_replaced ? "replaced " : "added ") << entry.target.text << " in the " << rules::Name(entry.list) << ": "
      << admin::Describe(entry, admin::ShownTime) << '\n'
      << "  would have changed " << advice.changed << " of " << advice.judged << " recent verdicts\n";
  for (const std::string& note : advice.notes) out << "  note: " << runtime::Shown(note) << '\n';
}

std::string ExpiryText(const rules::ListEntry& entry, rules::TimePoint now) {
  if (!entry.expires) return {};
  return admin::ShownTime(*entry.expires) + (entry.is_expired(now) ? " (expired)" : "");
}

void PrintColumns(Context& context, const std::vector<admin::UsedEntry>& entries) {
  Columns columns({"target", "action", "if confirmed", "if spf", "expires", "hits", "last hit", "author", "comment"});
  for (const auto& [entry, hits] : entries) {
    const bool is_blocked = entry.list == rules::ListKind::kBlocklist;
    columns.Add({entry.target.text, is_blocked ? rules::Name(entry.action) : "accept", entry.if_confirmed.value_or(""),
                 entry.if_spf ? "yes" : "", ExpiryText(entry, context.now), std::to_string(hits.count),
                 hits.count > 0 ? admin::ShownTime(hits.last) : "", entry.author, entry.comment});
  }
  if (!columns.empty()) columns.Print(context.out);
}

void PrintEntry(Context& context, const admin::UsedEntry& used) {
  const auto& [entry, hits] = used;
  context.out << entry.target.text << " in the " << rules::Name(entry.list) << ": "
              << admin::Describe(entry, admin::ShownTime) << '\n'
              << "  added " << admin::ShownTime(entry.created) << " by " << runtime::Shown(entry.author) << '\n';
  if (!entry.comment.empty()) context.out << "  comment: " << runtime::Shown(entry.comment) << '\n';
  context.out << "  " << hits.count << (hits.count == 1 ? " hit" : " hits");
  if (hits.count > 0) context.out << ", last " << admin::ShownTime(hits.last);
  context.out << '\n';
  if (entry.is_expired(context.now)) context.out << "  expired\n";
}

}  // namespace

ExitStatus RunListAdd(Context& context, const ListAddOptions& options) {
  const auto edit = admin::PlanAddition({context.login, context.now}, options);
  if (!edit) return Fail(context, edit.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto added = admin::AddEntries(store.config, *store.stores, *edit);
  if (!added) return Fail(context, added.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*added));
  for (const admin::AddedEntry& one : *added) SayAdded(context.out, one);
  return kDone;
}

ExitStatus RunListRemove(Context& context, const ListRemoveOptions& options) {
  const auto edit = admin::PlanRemoval({context.login, context.now}, options);
  if (!edit) return Fail(context, edit.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto removed = admin::RemoveEntries(*store.stores, *edit);
  if (!removed) return Fail(context, removed.error());
  if (context.is_json) return PrintJson(context, admin::RemovedToJson(*removed));
  for (const rules::ListEntry& entry : *removed) {
    context.out << "removed " << entry.target.text << " from the " << rules::Name(entry.list) << '\n';
  }
  return kDone;
}

ExitStatus RunListPrint(Context& context, const ListPrintOptions& options) {
  if (const auto checked = admin::Check(options, context.now); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto entries = admin::FindEntries(*store.stores, options, context.now);
  if (!entries) return Fail(context, entries.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*entries));
  PrintColumns(context, *entries);
  return kDone;
}

ExitStatus RunListShow(Context& context, const ListShowOptions& options) {
  if (const auto checked = admin::Check(options); !checked) return Fail(context, checked.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto used = admin::FindEntry(*store.stores, options);
  if (!used) return Fail(context, used.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*used));
  PrintEntry(context, *used);
  return kDone;
}

ExitStatus RunListImport(Context& context, const ListImportOptions& options) {
  const admin::Caller caller{context.login, context.now};
  const admin::ImportWish wish{
      .command = std::string(rules::Name(options.list)) + " import", .entry = options.entry, .list = options.list};
  if (const auto entry = admin::MakeEntry(caller, wish.list, wish.entry); !entry) return Fail(context, entry.error());
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const auto lists =
      admin::ReadLists(caller, wish, {{.name = options.file == "-" ? "standard input" : options.file, .text = *text}});
  if (!lists) return Fail(context, lists.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto imported = admin::ImportLists(*store.stores, caller, wish, *lists);
  if (!imported) return Fail(context, imported.error());

  const admin::ImportedFile& file = imported->front();
  const std::uint64_t added = file.taken - file.replaced;
  if (context.is_json) {
    return PrintJson(
        context,
        runtime::Json::Object().Add("added", added).Add("replaced", file.replaced).Add("unchanged", file.known));
  }
  context.out << "imported into the " << rules::Name(options.list) << ": " << added << " added, " << file.replaced
              << " replaced, " << file.known << " unchanged\n";
  for (const admin::ImportNote& note : file.skipped) context.out << "  " << admin::Place(file.name, note) << '\n';
  return kDone;
}

ExitStatus RunListExport(Context& context, const ListExportOptions& options) {
  if (context.is_json) return RunListPrint(context, {.list = options.list});
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const auto entries = admin::FindEntries(*store.stores, {.list = options.list}, context.now);
  if (!entries) return Fail(context, entries.error());
  for (const admin::UsedEntry& used : *entries) context.out << admin::EntryToJson(used.entry).Dump() << '\n';
  return kDone;
}

}  // namespace policyd::ctl
