// FILE  = *LINE
// LINE  = blank / "#" text / TARGET [blanks "#" comment] / JSON
// JSON  = an object as EntryToJson() prints it, which is what export writes
//
// A TARGET ends at the first blank; a regular expression at the last slash that a blank or the end of the line follows.
#include "policyd/ctl/list_files.h"

#include <fmt/format.h>

#include <ostream>
#include <unordered_map>
#include <vector>

#include "policyd/ctl/entry_json.h"
#include "policyd/ctl/input.h"
#include "policyd/ctl/list_edit.h"
#include "policyd/ctl/list_entries.h"

namespace policyd::ctl {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kErrorsShown = 20;  // enough to see what is wrong with a file of the wrong kind

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::size_t EndOfTarget(std::string_view line) {
  if (!line.starts_with('/')) return std::min(line.find_first_of(kBlanks), line.size());
  std::size_t end = line.size();
  for (std::size_t at = 1; at < line.size(); ++at) {
    const bool is_last = at + 1 == line.size() || kBlanks.find(line[at + 1]) != std::string_view::npos;
    if (line[at] == '/' && is_last) end = at + 1;
  }
  return end;
}

rules::Result<rules::ListEntry> ReadPlain(std::string_view line, const rules::ListEntry& defaults) {
  const std::size_t end = EndOfTarget(line);
  const std::string_view rest = Trim(line.substr(end));
  if (!rest.empty() && !rest.starts_with('#')) {
    return rules::Error{fmt::format(R"(expected "# comment" or nothing behind the target, got "{}")", rest)};
  }
  const auto target = ParseTarget(line.substr(0, end));
  if (!target) return target.error();
  rules::ListEntry entry = defaults;
  entry.target = *target;
  if (rest.size() > 1) entry.comment = Trim(rest.substr(1));
  const auto valid = CheckEntry(entry);
  if (!valid) return valid.error();
  return entry;
}

struct ListFile {
  std::vector<ListChange> changes;
  std::vector<std::string> errors;  // "FILE:LINE: what was expected"
};

// Of lines with the same target the last counts.
ListFile ReadListFile(const std::string& file, std::string_view text, const rules::ListEntry& defaults) {
  ListFile result;
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;

    const auto entry = line.starts_with('{') ? EntryFromJson(line, defaults) : ReadPlain(line, defaults);
    if (!entry) {
      result.errors.push_back(file + ":" + std::to_string(number) + ": " + entry.error().message);
      continue;
    }
    const auto [place, is_new] = index.try_emplace(entry->target.text, result.changes.size());
    if (is_new) result.changes.emplace_back();
    result.changes[place->second].entry = *entry;
  }
  return result;
}

ExitStatus SayErrors(Context& context, const std::vector<std::string>& errors) {
  for (std::size_t i = 0; i < errors.size() && i < kErrorsShown; ++i) Fail(context, kBadInput, errors[i]);
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

std::uint64_t DropUnchanged(const cache::Stores& stores, std::vector<ListChange>& changes) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  return std::erase_if(changes, [&](const ListChange& change) {
    const auto before = stores.lists().Find(snapshot, change.entry.list, change.entry.target);
    return before && SaysTheSame(*before, change.entry);
  });
}

}  // namespace

ExitStatus RunListImport(Context& context, const ListImportOptions& options) {
  const auto defaults = MakeEntry(context, options.list, options.entry);
  if (!defaults) return Fail(context, kUsage, defaults.error().message);
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  ListFile file = ReadListFile(options.file == "-" ? "standard input" : options.file, *text, *defaults);
  if (!file.errors.empty()) return SayErrors(context, file.errors);

  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  const std::uint64_t unchanged = DropUnchanged(*store.stores, file.changes);
  const ListEdit edit{.changes = std::move(file.changes),
                      .author = defaults->author,
                      .command = std::string(rules::Name(options.list)) + " import",
                      .now = context.now};
  const auto applied = Apply(*store.stores, edit);
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
  for (const rules::ListEntry& entry : entries) context.out << EntryToJson(entry).Dump() << '\n';
  return kDone;
}

}  // namespace policyd::ctl
