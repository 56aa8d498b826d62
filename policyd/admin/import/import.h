// Takes over triplets and lists of other programs.
//
// Lists are read and checked before a store is opened, triplets with the greylist's settings of the store; where one of
// the files is not what it should be, nothing of any is taken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/admin/import/import_entries.h"
#include "policyd/admin/lists/list_entries.h"
#include "policyd/admin/option_values.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

enum class ImportFormat : std::uint8_t {
  // Triplets and clients that came back: checked whole first, then in steps that a second call finishes.
  kPostgrey,
  kSqlgrey,
  kMilterGreylist,
  // Lists.  As in the other programs a line that is none is named and left out, unless no line is one.
  kPostgreyClients,
  kPostgreyRecipients,
  kAccess,
  kCidr,
  kPatterns,
  // Ours: all of a file or nothing.
  kPlain,
};

const char* Name(ImportFormat format);
// Of triplets and clients, not of lists?
bool HasTriplets(ImportFormat format);

struct ImportWish {
  ImportFormat format = ImportFormat::kPlain;
  std::string command{};  // as the audit has it
  OptionalText delay{};   // of postgrey; else its default, 5 minutes
  bool is_dry_run = false;
  bool is_strict = false;                              // all of a file or nothing
  EntryOptions entry{};                                // of triplets only `by` counts
  AccessSubject subject = AccessSubject::kClient;      // of an access(5) table
  rules::ListKind list = rules::ListKind::kWhitelist;  // of lines that do not say it
};

// The text of a file.
struct ImportSource {
  std::string name;  // as it is told to people
  std::string text;
};

// The outcome for a file; with `is_dry_run` the outcome that there would be.
struct ImportedFile {
  std::string name;
  std::uint64_t taken = 0;     // new, or other than what was there
  std::uint64_t replaced = 0;  // of these, list entries that stood there with another meaning
  std::uint64_t known = 0;     // there already, and saying as much
  std::vector<ImportNote> skipped{};
  std::vector<ImportRemark> remarks{};
};
runtime::Json ToJson(const ImportWish& wish, const std::vector<ImportedFile>& files);

// The entries of one file, checked.
struct ImportList {
  std::string name;
  ImportedEntries entries;
};
Result<std::vector<ImportList>> ReadLists(const Caller& caller, const ImportWish& wish,
                                          const std::vector<ImportSource>& sources);
Result<std::vector<ImportedFile>> ImportLists(const cache::Stores& stores, const Caller& caller, const ImportWish& wish,
                                              const std::vector<ImportList>& lists);

// Are the options of triplets right?
Status Check(const Caller& caller, const ImportWish& wish);
// Checked whole first, then in steps that a second call finishes.
Result<std::vector<ImportedFile>> ImportTriplets(const config::Config& config, const cache::Stores& stores,
                                                 const Caller& caller, const ImportWish& wish,
                                                 const std::vector<ImportSource>& sources);

// "FILE:LINE: why"
std::string Place(const std::string& file, const ImportNote& note);

struct PostscreenLists {
  std::vector<std::string> zones;  // as [dnsbl] takes them
  int threshold = 1;
};
// `text`: main.cf, or what postconf prints; `name`: of the file, for people.
Result<PostscreenLists> ReadPostscreen(std::string_view text, const std::string& name);
runtime::Json ToJson(const PostscreenLists& lists);

}  // namespace policyd::admin
