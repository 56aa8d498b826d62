#include "policyd/ctl/import.h"

#include <algorithm>
#include <ostream>

#include "policyd/admin/import/import_triplets.h"
#include "policyd/admin/lists/entry_json.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"
#include "policyd/ctl/import_source.h"
#include "policyd/runtime/shown.h"

namespace policyd::ctl {
namespace {

constexpr std::size_t kNotesShown = 20;  // --json has them all

const char* Name(ImportFormat format) {
  switch (format) {
    case ImportFormat::kPostgrey:
      return "postgrey";
    case ImportFormat::kSqlgrey:
      return "sqlgrey";
    case ImportFormat::kMilterGreylist:
      return "milter-greylist";
    case ImportFormat::kPostgreyClients:
      return "postgrey-clients";
    case ImportFormat::kPostgreyRecipients:
      return "postgrey-recipients";
    case ImportFormat::kAccess:
      return "access";
    case ImportFormat::kCidr:
      return "cidr";
    case ImportFormat::kPatterns:
      return "regexp";
    case ImportFormat::kPlain:
      return "list";
  }
  return "";
}

bool HasTriplets(ImportFormat format) {
  return format == ImportFormat::kPostgrey || format == ImportFormat::kSqlgrey ||
         format == ImportFormat::kMilterGreylist;
}

std::string Place(const std::string& file, const admin::ImportNote& note) {
  return file + ":" + std::to_string(note.line) + ": " + note.reason;
}

Json NotesToJson(const std::vector<admin::ImportNote>& notes) {
  Json array = Json::Array();
  for (const admin::ImportNote& note : notes)
    array.Append(Json::Object().Add("line", note.line).Add("reason", note.reason));
  return array;
}

void PrintNotes(std::ostream& out, const std::string& file, const std::vector<admin::ImportNote>& notes) {
  for (std::size_t i = 0; i < notes.size() && i < kNotesShown; ++i) out << "  " << Place(file, notes[i]) << '\n';
  if (notes.size() > kNotesShown) out << "  and " << notes.size() - kNotesShown << " lines more\n";
}

// One file of triplets or of list entries, read and checked.
struct ReadTriplets {
  std::string name;
  admin::ImportedRows rows;
};
struct ReadEntries {
  std::string name;
  admin::ImportedEntries entries;
};

rules::Status ReadRows(ImportFormat format, std::string_view text, admin::ImportedRows& rows) {
  if (format == ImportFormat::kPostgrey) return admin::ReadPostgrey(text, rows);
  if (format == ImportFormat::kSqlgrey) return admin::ReadSqlgrey(text, rows);
  return admin::ReadMilterGreylist(text, rows);
}

void ReadList(const ImportOptions& options, std::string_view text, admin::ImportedEntries& entries) {
  switch (options.format) {
    case ImportFormat::kPostgreyClients:
      return admin::ReadPostgreyClients(text, entries);
    case ImportFormat::kPostgreyRecipients:
      return admin::ReadPostgreyRecipients(text, entries);
    case ImportFormat::kAccess:
      return admin::ReadAccessTable(text, options.subject, entries);
    case ImportFormat::kCidr:
      return admin::ReadCidrTable(text, entries);
    case ImportFormat::kPatterns:
      return admin::ReadPatternTable(text, entries);
    case ImportFormat::kPostgrey:
    case ImportFormat::kSqlgrey:
    case ImportFormat::kMilterGreylist:
    case ImportFormat::kPlain:
      break;
  }
  admin::ReadPlainList(text, entries);
}

struct Told {
  std::string name;
  std::uint64_t taken = 0, known = 0;
  std::vector<admin::ImportNote> skipped{};
  std::vector<admin::ImportRemark> remarks{};
};

Json RemarksToJson(const std::vector<admin::ImportRemark>& remarks) {
  Json array = Json::Array();
  for (const admin::ImportRemark& remark : remarks) {
    array.Append(Json::Object().Add("line", remark.first_line).Add("lines", remark.lines).Add("text", remark.text));
  }
  return array;
}

void PrintRemarks(std::ostream& out, const std::string& file, const std::vector<admin::ImportRemark>& remarks) {
  for (const auto& [line, lines, text] : remarks) {
    const std::string others = lines > 1 ? " (and " + std::to_string(lines - 1) + " lines more)" : "";
    out << "  note: " << file << ":" << line << others << ": " << text << '\n';
  }
}

void Tell(Context& context, const ImportOptions& options, const Told& told, Json& documents) {
  if (context.is_json) {
    documents.Append(Json::Object()
                         .Add("file", told.name)
                         .Add("taken", told.taken)
                         .Add("known", told.known)
                         .Add("skipped", NotesToJson(told.skipped))
                         .Add("remarks", RemarksToJson(told.remarks)));
    return;
  }
  context.out << Shown(told.name) << ": " << told.taken << (options.is_dry_run ? " would be taken, " : " taken, ")
              << told.known << " known already, " << told.skipped.size() << " skipped\n";
  PrintNotes(context.out, told.name, told.skipped);
  PrintRemarks(context.out, told.name, told.remarks);
}

ExitStatus FinishTelling(Context& context, const ImportOptions& options, Json documents) {
  if (context.is_json) {
    context.out << Json::Object().Add("dry_run", options.is_dry_run).Add("files", std::move(documents)).Dump() << '\n';
  }
  return kDone;
}

// Told before it is done: a change without its trace would be worse than a
// trace without its change.
rules::Status AuditTriplets(const cache::Stores& stores, const Context& context, const std::string& author,
                            const ImportOptions& options, const ReadTriplets& read) {
  cache::AuditRow row;
  row.time = context.now;
  row.author = author;
  row.command = std::string("import ") + Name(options.format) + " " + read.name;
  row.target = read.name;
  row.after = Json::Object()
                  .Add("triplets", read.rows.triplets().size())
                  .Add("clients", read.rows.passes().size())
                  .Add("skipped", read.rows.skipped().size())
                  .Dump();
  return admin::AppendAudit(stores, row);
}

rules::Result<rules::seconds> ParseDelay(std::string_view text) {
  constexpr rules::seconds kOfPostgrey{300};
  constexpr rules::seconds kLongest{86400};
  if (text.empty()) return kOfPostgrey;
  const auto delay = rules::ParseDuration(text);
  if (delay && *delay <= kLongest) return std::chrono::duration_cast<rules::seconds>(*delay);
  return rules::Error{"--delay: expected a duration up to 1d such as 5m, got \"" + std::string(text) + "\""};
}

ExitStatus ImportTriplets(Context& context, const ImportOptions& options, const std::vector<ImportSource>& sources) {
  const auto author = admin::ParseAuthor(options.by, context.login);
  if (!author) return Fail(context, kUsage, author.error().message);
  const auto delay = ParseDelay(options.delay);
  if (!delay) return Fail(context, kUsage, delay.error().message);
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  std::vector<ReadTriplets> files;
  for (const ImportSource& source : sources) {
    files.push_back({source.name, admin::ImportedRows(store.config.policy->greylist, context.now, *delay)});
    const auto read = ReadRows(options.format, source.text, files.back().rows);
    if (!read) return Fail(context, kBadInput, source.name + read.error().message + "; nothing was changed");
  }
  Json documents = Json::Array();
  for (const ReadTriplets& file : files) {
    admin::ImportCounts counts = admin::CountNew(*store.stores, file.rows);
    if (!options.is_dry_run && counts.added > 0) {
      const auto audited = AuditTriplets(*store.stores, context, *author, options, file);
      if (!audited) return Fail(context, kStoreError, audited.error().message);
      const auto written = admin::WriteRows(*store.stores, file.rows);
      if (!written) return Fail(context, kStoreError, written.error().message + "; the same command finishes it");
      counts = *written;
    }
    Tell(context, options, {file.name, counts.added, counts.known, file.rows.skipped()}, documents);
  }
  return FinishTelling(context, options, std::move(documents));
}

// Who added it and when is no difference: importing a file twice changes
// nothing the second time.
std::vector<admin::ListChange> ChangesOf(const cache::Stores& stores, const std::vector<rules::ListEntry>& entries) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  std::vector<admin::ListChange> changes;
  for (const rules::ListEntry& entry : entries) {
    auto before = stores.lists().Find(snapshot, entry.list, entry.target);
    if (before) {
      before->author = entry.author;
      before->created = entry.created;
    }
    if (before != entry) changes.push_back({.entry = entry});
  }
  return changes;
}

// In the order of the file.
std::vector<admin::ImportNote> LinesLeftOut(const admin::ImportedEntries& entries) {
  std::vector<admin::ImportNote> notes = entries.skipped();
  notes.insert(notes.end(), entries.errors().begin(), entries.errors().end());
  std::ranges::stable_sort(notes, {}, &admin::ImportNote::line);
  return notes;
}

// Is none of its lines what the file should hold, or must all be?
bool IsWrong(const ImportOptions& options, const admin::ImportedEntries& entries) {
  if (entries.errors().empty()) return false;
  const bool is_ours = options.format == ImportFormat::kPlain;
  return is_ours || options.is_strict || (entries.entries().empty() && entries.skipped().empty());
}

ExitStatus SayErrors(Context& context, const ImportOptions& options, const std::vector<ReadEntries>& files) {
  bool is_wrong = false;
  for (const ReadEntries& file : files) {
    if (!IsWrong(options, file.entries)) continue;
    const auto& errors = file.entries.errors();
    is_wrong = true;
    for (std::size_t i = 0; i < errors.size() && i < kNotesShown; ++i) {
      Fail(context, kBadInput, Place(file.name, errors[i]));
    }
    if (errors.size() > kNotesShown) {
      Fail(context, kBadInput, "and " + std::to_string(errors.size() - kNotesShown) + " lines more");
    }
  }
  return is_wrong ? Fail(context, kBadInput, "nothing was changed") : kDone;
}

ExitStatus ImportLists(Context& context, const ImportOptions& options, const std::vector<ImportSource>& sources) {
  admin::EntryOptions entry = options.entry;
  entry.by = options.by;
  const auto defaults = admin::MakeEntry({context.login, context.now}, options.list, entry);
  if (!defaults) return Fail(context, defaults.error());
  std::vector<ReadEntries> files;
  for (const ImportSource& source : sources) {
    const bool is_ours = options.format == ImportFormat::kPlain;
    const auto counts = is_ours ? admin::ImportedEntries::Counts::kLast : admin::ImportedEntries::Counts::kFirst;
    files.push_back({source.name, admin::ImportedEntries(*defaults, counts)});
    ReadList(options, source.text, files.back().entries);
  }
  if (const ExitStatus wrong = SayErrors(context, options, files); wrong != kDone) return wrong;
  const OpenedStore store = OpenStore(context);
  if (!store.stores) return store.status;
  Json documents = Json::Array();
  for (const ReadEntries& file : files) {
    admin::ListEdit edit{.changes = ChangesOf(*store.stores, file.entries.entries()),
                         .author = defaults->author,
                         .command = std::string("import ") + Name(options.format),
                         .is_one_act = true,
                         .now = context.now};
    if (!options.is_dry_run) {
      const auto applied = admin::Apply(*store.stores, edit);
      if (!applied) return Fail(context, kStoreError, applied.error().message);
    }
    const std::uint64_t known = file.entries.entries().size() - edit.changes.size();
    Tell(context, options, {file.name, edit.changes.size(), known, LinesLeftOut(file.entries), file.entries.remarks()},
         documents);
  }
  return FinishTelling(context, options, std::move(documents));
}

}  // namespace

ExitStatus RunImport(Context& context, const ImportOptions& options) {
  std::vector<ImportSource> sources;
  for (const std::string& file : options.files) {
    auto read = ReadSources(context, file);
    if (!read) return Fail(context, kBadInput, read.error().message);
    for (ImportSource& source : *read) sources.push_back(std::move(source));
  }
  return HasTriplets(options.format) ? ImportTriplets(context, options, sources)
                                     : ImportLists(context, options, sources);
}

}  // namespace policyd::ctl
