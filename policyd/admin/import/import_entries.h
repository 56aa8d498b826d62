// Lists that other programs keep, as entries of ours: postgrey's whitelists, Postfix's tables, plain lists.
//
// A line that cannot be an entry here is skipped with its reason, one that means more or less here than there is
// taken with a note.  A line that is no line of such a file is an error; what is done about that is for the caller
// (import.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policyd/admin/import/import_rows.h"
#include "rules/people/list_entry.h"

namespace policyd::admin {

// Settings that hold for several lines.
struct ImportRemark {
  std::size_t first_line = 0;
  std::size_t lines = 0;
  std::string text;
};

class ImportedEntries {
 public:
  // Of several lines with the same target.
  enum class Counts : std::uint8_t {
    kFirst,  // as in Postfix
    kLast,   // as one command after the other
  };

  // `defaults`: author, time, expiry and comment of every entry, and the list of those that do not say.
  explicit ImportedEntries(rules::ListEntry defaults, Counts counts = Counts::kFirst)
      : defaults_(std::move(defaults)), counts_(counts) {}

  const rules::ListEntry& defaults() const { return defaults_; }
  // Returns whether it was taken.
  bool Take(std::size_t line, rules::ListEntry entry);
  bool TakeTarget(std::size_t line, std::string_view target);
  void Skip(std::size_t line, std::string reason) { skipped_.push_back({line, std::move(reason)}); }
  void Refuse(std::size_t line, std::string fault) { errors_.push_back({line, std::move(fault)}); }
  void Remark(std::size_t line, std::string_view text);

  const std::vector<rules::ListEntry>& entries() const { return entries_; }
  const std::vector<ImportNote>& skipped() const { return skipped_; }
  const std::vector<ImportNote>& errors() const { return errors_; }
  const std::vector<ImportRemark>& remarks() const { return remarks_; }

 private:
  struct Taken {
    std::size_t line = 0, index = 0;
  };

  const rules::ListEntry defaults_;
  const Counts counts_;
  std::vector<rules::ListEntry> entries_;
  std::vector<ImportNote> skipped_, errors_;
  std::vector<ImportRemark> remarks_;
  std::unordered_map<std::string, Taken> taken_;  // by target
};

// Does the expression, with or without its slashes, want nothing but the word that Postfix has for a client without a
// confirmed name?
bool WantsUnknown(std::string_view pattern);
inline constexpr std::string_view kUnknownHasNoEntry =
    "clients without a confirmed name are judged by their points (points.no_ptr and others)";

// The subject that an access(5) table is asked with.
enum class AccessSubject : std::uint8_t { kClient, kSender, kRecipient };

void ReadPostgreyClients(std::string_view text, ImportedEntries& result);                     // whitelist_clients
void ReadPostgreyRecipients(std::string_view text, ImportedEntries& result);                  // whitelist_recipients
void ReadAccessTable(std::string_view text, AccessSubject subject, ImportedEntries& result);  // access(5): the text
void ReadCidrTable(std::string_view text, ImportedEntries& result);                           // cidr_table(5)
void ReadPatternTable(std::string_view text, ImportedEntries& result);                        // regexp:, pcre:
void ReadPlainList(std::string_view text, ImportedEntries& result);  // TARGET [# comment], or lines of our export

}  // namespace policyd::admin
