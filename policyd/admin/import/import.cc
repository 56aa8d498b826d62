#include "policyd/admin/import/import.h"

#include <algorithm>
#include <utility>

#include "policyd/admin/import/import_rows.h"
#include "policyd/admin/lists/list_edit.h"
#include "policyd/admin/option_values.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kErrorsSaid = 20;  // enough to see what is wrong with a file of the wrong kind

runtime::Json NotesToJson(const std::vector<ImportNote>& notes) {
  runtime::Json array = runtime::Json::Array();
  for (const ImportNote& note : notes)
    array.Append(runtime::Json::Object().Add("line", note.line).Add("reason", note.reason));
  return array;
}

runtime::Json RemarksToJson(const std::vector<ImportRemark>& remarks) {
  runtime::Json array = runtime::Json::Array();
  for (const ImportRemark& remark : remarks) {
    array.Append(
        runtime::Json::Object().Add("line", remark.first_line).Add("lines", remark.lines).Add("text", remark.text));
  }
  return array;
}

// One file of triplets, checked.
struct ImportRows {
  std::string name;
  ImportedRows rows;
};

rules::Status ReadRows(ImportFormat format, std::string_view text, ImportedRows& rows) {
  if (format == ImportFormat::kPostgrey) return ReadPostgrey(text, rows);
  if (format == ImportFormat::kSqlgrey) return ReadSqlgrey(text, rows);
  return ReadMilterGreylist(text, rows);
}

void ReadList(const ImportWish& wish, std::string_view text, ImportedEntries& entries) {
  switch (wish.format) {
    case ImportFormat::kPostgreyClients:
      return ReadPostgreyClients(text, entries);
    case ImportFormat::kPostgreyRecipients:
      return ReadPostgreyRecipients(text, entries);
    case ImportFormat::kAccess:
      return ReadAccessTable(text, wish.subject, entries);
    case ImportFormat::kCidr:
      return ReadCidrTable(text, entries);
    case ImportFormat::kPatterns:
      return ReadPatternTable(text, entries);
    case ImportFormat::kPostgrey:
    case ImportFormat::kSqlgrey:
    case ImportFormat::kMilterGreylist:
    case ImportFormat::kPlain:
      break;
  }
  ReadPlainList(text, entries);
}

// The audit row is written first: a change without its row would be worse than a row without its change.
rules::Status AuditTriplets(const cache::Stores& stores, const Caller& caller, const ImportWish& wish,
                            const ImportRows& read) {
  cache::AuditRow row;
  row.time = caller.now;
  row.author = wish.entry.by.value_or(caller.login);
  row.command = wish.command + " " + read.name;
  row.target = read.name;
  row.after = runtime::Json::Object()
                  .Add("triplets", read.rows.triplets().size())
                  .Add("clients", read.rows.passes().size())
                  .Add("skipped", read.rows.skipped().size())
                  .Dump();
  return AppendAudit(stores, row);
}

Result<rules::seconds> ParseDelay(const OptionalText& text) {
  constexpr rules::seconds kOfPostgrey{300};
  constexpr rules::seconds kLongest{86400};
  if (!text) return kOfPostgrey;
  const auto delay = rules::ParseDuration(*text);
  if (delay && *delay <= kLongest) return std::chrono::duration_cast<rules::seconds>(*delay);
  return ErrorIn("delay", "expected a duration up to 1d such as 5m, got \"" + *text + "\"");
}

// Author and time are no difference: importing a file twice changes nothing the second time.
std::vector<ListChange> ChangesOf(const cache::Stores& stores, const std::vector<rules::ListEntry>& entries) {
  cache::ReadTransaction snapshot(stores.lists_environment());
  std::vector<ListChange> changes;
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
std::vector<ImportNote> LinesLeftOut(const ImportedEntries& entries) {
  std::vector<ImportNote> notes = entries.skipped();
  notes.insert(notes.end(), entries.errors().begin(), entries.errors().end());
  std::ranges::stable_sort(notes, {}, &ImportNote::line);
  return notes;
}

// Is the file refused?  One of our own or a strict one for any error, another only if none of its lines could be used.
bool IsWrong(const ImportWish& wish, const ImportedEntries& entries) {
  if (entries.errors().empty()) return false;
  const bool is_ours = wish.format == ImportFormat::kPlain;
  return is_ours || wish.is_strict || (entries.entries().empty() && entries.skipped().empty());
}

void AddErrors(const ImportList& file, std::vector<Error>& details) {
  const auto& errors = file.entries.errors();
  for (std::size_t i = 0; i < errors.size() && i < kErrorsSaid; ++i)
    details.push_back({.message = Place(file.name, errors[i])});
  if (errors.size() > kErrorsSaid) {
    details.push_back({.message = "and " + std::to_string(errors.size() - kErrorsSaid) + " lines more"});
  }
}

}  // namespace

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

std::string Place(const std::string& file, const ImportNote& note) {
  return file + ":" + std::to_string(note.line) + ": " + note.reason;
}

runtime::Json ToJson(const ImportWish& wish, const std::vector<ImportedFile>& files) {
  runtime::Json documents = runtime::Json::Array();
  for (const ImportedFile& file : files) {
    documents.Append(runtime::Json::Object()
                         .Add("file", file.name)
                         .Add("taken", file.taken)
                         .Add("known", file.known)
                         .Add("skipped", NotesToJson(file.skipped))
                         .Add("remarks", RemarksToJson(file.remarks)));
  }
  return runtime::Json::Object().Add("dry_run", wish.is_dry_run).Add("files", std::move(documents));
}

Result<std::vector<ImportList>> ReadLists(const Caller& caller, const ImportWish& wish,
                                          const std::vector<ImportSource>& sources) {
  const auto defaults = MakeEntry(caller, wish.list, wish.entry);
  if (!defaults) return defaults.error();
  const bool is_ours = wish.format == ImportFormat::kPlain;
  const auto counts = is_ours ? ImportedEntries::Counts::kLast : ImportedEntries::Counts::kFirst;
  std::vector<ImportList> lists;
  std::vector<Error> details;
  for (const ImportSource& source : sources) {
    lists.push_back({source.name, ImportedEntries(*defaults, counts)});
    ReadList(wish, source.text, lists.back().entries);
    if (IsWrong(wish, lists.back().entries)) AddErrors(lists.back(), details);
  }
  if (details.empty()) return lists;
  return Error{.kind = Error::Kind::kBadInput, .message = "nothing was changed", .details = std::move(details)};
}

Result<std::vector<ImportedFile>> ImportLists(const cache::Stores& stores, const Caller& caller, const ImportWish& wish,
                                              const std::vector<ImportList>& lists) {
  std::vector<ImportedFile> files;
  for (const auto& [name, entries] : lists) {
    const ListEdit edit{.changes = ChangesOf(stores, entries.entries()),
                        .author = entries.defaults().author,
                        .command = wish.command,
                        .is_one_act = true,
                        .now = caller.now};
    ImportedFile file{.name = name,
                      .taken = edit.changes.size(),
                      .known = entries.entries().size() - edit.changes.size(),
                      .skipped = LinesLeftOut(entries),
                      .remarks = entries.remarks()};
    if (!wish.is_dry_run) {
      const auto applied = Apply(stores, edit);
      if (!applied) return As(Error::Kind::kStore, applied.error());
      for (const auto& before : applied->before) file.replaced += before ? 1U : 0U;
    }
    files.push_back(std::move(file));
  }
  return files;
}

Status Check(const Caller& caller, const ImportWish& wish) {
  if (const auto author = ParseAuthor(wish.entry.by, caller.login); !author) {
    return author.error();
  }
  if (const auto delay = ParseDelay(wish.delay); !delay) return delay.error();
  return rules::Done{};
}

Result<std::vector<ImportedFile>> ImportTriplets(const config::Config& config, const cache::Stores& stores,
                                                 const Caller& caller, const ImportWish& wish,
                                                 const std::vector<ImportSource>& sources) {
  if (const auto checked = Check(caller, wish); !checked) return checked.error();
  const auto delay = ParseDelay(wish.delay);
  std::vector<ImportRows> read;
  for (const ImportSource& source : sources) {
    read.push_back({source.name, ImportedRows(config.policy->greylist, caller.now, *delay)});
    const auto rows = ReadRows(wish.format, source.text, read.back().rows);
    if (rows) continue;
    return Error{.kind = Error::Kind::kBadInput,
                 .message = source.name + rows.error().message + "; nothing was changed"};
  }
  std::vector<ImportedFile> files;
  for (const ImportRows& file : read) {
    ImportCounts counts = CountNew(stores, file.rows);
    if (!wish.is_dry_run && counts.added > 0) {
      const auto audited = AuditTriplets(stores, caller, wish, file);
      if (!audited) return As(Error::Kind::kStore, audited.error());
      const auto written = WriteRows(stores, file.rows);
      if (!written) {
        return Error{.kind = Error::Kind::kStore,
                     .message = written.error().message + "; the same command finishes it"};
      }
      counts = *written;
    }
    files.push_back({.name = file.name, .taken = counts.added, .known = counts.known, .skipped = file.rows.skipped()});
  }
  return files;
}

}  // namespace policyd::admin
