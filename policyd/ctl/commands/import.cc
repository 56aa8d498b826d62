#include "policyd/ctl/commands_import.h"

#include <ostream>

#include "policyd/admin/import/import.h"
#include "policyd/ctl/input.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kNotesShown = 20;  // --json has them all

void PrintNotes(std::ostream& out, const std::string& file, const std::vector<admin::ImportNote>& notes) {
  for (std::size_t i = 0; i < notes.size() && i < kNotesShown; ++i) out << "  " << admin::Place(file, notes[i]) << '\n';
  if (notes.size() > kNotesShown) out << "  and " << notes.size() - kNotesShown << " lines more\n";
}

void PrintRemarks(std::ostream& out, const std::string& file, const std::vector<admin::ImportRemark>& remarks) {
  for (const auto& [line, lines, text] : remarks) {
    const std::string others = lines > 1 ? " (and " + std::to_string(lines - 1) + " lines more)" : "";
    out << "  note: " << file << ":" << line << others << ": " << text << '\n';
  }
}

// The answer of a store that was opened.
ExitStatus Say(Context& context, const admin::ImportWish& wish,
               const admin::Result<std::vector<admin::ImportedFile>>& imported) {
  if (!imported) return Fail(context, imported.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(wish, *imported));
  for (const admin::ImportedFile& file : *imported) {
    context.out << runtime::Shown(file.name) << ": " << file.taken
                << (wish.is_dry_run ? " would be taken, " : " taken, ") << file.known << " known already, "
                << file.skipped.size() << " skipped\n";
    PrintNotes(context.out, file.name, file.skipped);
    PrintRemarks(context.out, file.name, file.remarks);
  }
  return kDone;
}

admin::ImportWish WishOf(const ImportOptions& options) {
  admin::ImportWish wish{.format = options.format,
                         .command = std::string("import ") + admin::Name(options.format),
                         .delay = options.delay,
                         .is_dry_run = options.is_dry_run,
                         .is_strict = options.is_strict,
                         .entry = options.entry,
                         .subject = options.subject,
                         .list = options.list};
  wish.entry.by = options.by;
  return wish;
}

}  // namespace

ExitStatus RunImport(Context& context, const ImportOptions& options) {
  std::vector<admin::ImportSource> sources;
  for (const std::string& file : options.files) {
    auto read = ReadSources(context, file);
    if (!read) return Fail(context, kBadInput, read.error().message);
    for (admin::ImportSource& source : *read) sources.push_back(std::move(source));
  }
  const admin::ImportWish wish = WishOf(options);
  const admin::Caller caller{context.login, context.now};
  if (admin::HasTriplets(options.format)) {
    if (const auto checked = admin::Check(caller, wish); !checked) return Fail(context, checked.error());
    const OpenedStore store = OpenStore(context);
    if (!store.stores) return store.status;
    return Say(context, wish, admin::ImportTriplets(store.config, *store.stores, caller, wish, sources));
  }
  const auto lists = admin::ReadLists(caller, wish, sources);
  if (!lists) return Fail(context, lists.error());
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  return Say(context, wish, admin::ImportLists(*store.stores, caller, wish, *lists));
}

ExitStatus RunImportPostscreen(Context& context, const ImportPostscreenOptions& options) {
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);
  const auto lists = admin::ReadPostscreen(*text, options.file == "-" ? "standard input" : options.file);
  if (!lists) return Fail(context, lists.error());
  if (context.is_json) return PrintJson(context, admin::ToJson(*lists));
  context.out << "[dnsbl]\nsites = [\n";
  for (const std::string& zone : lists->zones) context.out << "  \"" << zone << "\",\n";
  context.out << "]\nthreshold = " << lists->threshold << '\n';
  return kDone;
}

}  // namespace policyd::ctl
