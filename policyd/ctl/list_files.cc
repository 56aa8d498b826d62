#include "policyd/ctl/list_files.h"

#include <ostream>
#include <vector>

#include "policyd/admin/import/import_entries.h"
#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/ctl/input.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kErrorsShown = 20;  // enough to see what is wrong with a file of the wrong kind

std::string Place(const std::string& file, const admin::ImportNote& note) {
  return file + ":" + std::to_string(note.line) + ": " + note.reason;
}

ExitStatus SayErrors(Context& context, const std::string& file, const std::vector<admin::ImportNote>& errors) {
  for (std::size_t i = 0; i < errors.size() && i < kErrorsShown; ++i) Fail(context, kBadInput, Place(file, errors[i]));
  if (errors.size() > kErrorsShown) {
    Fail(context, kBadInput, "and " + std::to_string(errors.size() - kErrorsShown) + " lines more");
  }
  return Fail(context, kBadInput, "nothing was changed");
}

// Who added it and when is no difference: importing a file twice changes nothing the second time.
bool SaysTheSame(const rules::ListEntry& a, rules::ListEntry b) {
  b.author = a.author;
  b.created = a.created;
  return a == b;
}

std::uint64_t DropUnchanged(const cache::Stores& stores, std::vector<admin::ListChange>& changes) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  return std::erase_if(changes, [&](const admin::ListChange& change) {
    const auto before = stores.lists().Find(snapshot, change.entry.list, change.entry.target);
    return before && SaysTheSame(*before, change.entry);
  });
}

}  // namespace

ExitStatus RunListImport(Context& context, const ListImportOptions& options) {
  const auto defaults = admin::MakeEntry({context.login, context.now}, options.list, options.entry);
  if (!defaults) return Fail(context, defaults.error());
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const std::string name = options.file == "-" ? "standard input" : options.file;
  admin::ImportedEntries file(*defaults, admin::ImportedEntries::Counts::kLast);
  admin::ReadPlainList(*text, file);
  if (!file.errors().empty()) return SayErrors(context, name, file.errors());
  std::vector<admin::ListChange> changes;
  for (const rules::ListEntry& entry : file.entries()) changes.push_back({.entry = entry});

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const std::uint64_t unchanged = DropUnchanged(*store.stores, changes);
  const admin::ListEdit edit{.changes = std::move(changes),
                             .author = defaults->author,
                             .command = std::string(rules::Name(options.list)) + " import",
                             .is_one_act = true,
                             .now = context.now};
  const auto applied = admin::Apply(*store.stores, edit);
  if (!applied) return Fail(context, kStoreError, applied.error().message);

  std::uint64_t replaced = 0;
  for (const auto& before : applied->before) replaced += before ? 1U : 0U;
  const std::uint64_t added = edit.changes.size() - replaced;
  if (context.is_json) {
    context.out << Json::Object().Add("added", added).Add("replaced", replaced).Add("unchanged", unchanged).Dump()
                << '\n';
  } else {
    context.out << "imported into the " << rules::Name(options.list) << ": " << added << " added, " << replaced
                << " replaced, " << unchanged << " unchanged\n";
    for (const admin::ImportNote& note : file.skipped()) context.out << "  " << Place(name, note) << '\n';
  }
  return kDone;
}

ExitStatus RunListExport(Context& context, const ListExportOptions& options) {
  if (context.is_json) return RunListPrint(context, {.list = options.list});
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;

  // Collected first: whoever reads the other end of the pipe must not hold the snapshot.
  std::vector<rules::ListEntry> entries;
  {
    cache::ReadTransaction snapshot(store.stores->lists_environment());
    store.stores->lists().Scan(snapshot, options.list, [&](const rules::ListEntry& entry) {
      entries.push_back(entry);
      return true;
    });
  }
  for (const rules::ListEntry& entry : entries) context.out << admin::EntryToJson(entry).Dump() << '\n';
  return kDone;
}

}  // namespace policyd::ctl
