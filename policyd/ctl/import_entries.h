// Lists that other programs keep, as entries of ours: postgrey's whitelists,
// Postfix's tables, plain lists.
//
// A line that is right but says what our lists cannot say is skipped with its
// reason; one that is no line of such a file is an error, and nothing of the
// file is taken.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policyd/ctl/import_rows.h"
#include "rules/list_entry.h"

namespace policyd::ctl {

class ImportedEntries {
 public:
  // `defaults`: author, time, expiry and comment of every entry, and the list
  // of those that do not say.
  explicit ImportedEntries(rules::ListEntry defaults) : defaults_(std::move(defaults)) {}

  const rules::ListEntry& defaults() const { return defaults_; }
  // Of lines with the same target the first counts, as in Postfix.
  void Take(std::size_t line, rules::ListEntry entry);
  void TakeTarget(std::size_t line, std::string_view target);
  void Skip(std::size_t line, std::string reason) { skipped_.push_back({line, std::move(reason)}); }
  void Refuse(std::size_t line, std::string fault) { errors_.push_back({line, std::move(fault)}); }

  const std::vector<rules::ListEntry>& entries() const { return entries_; }
  const std::vector<ImportNote>& skipped() const { return skipped_; }
  const std::vector<ImportNote>& errors() const { return errors_; }

 private:
  const rules::ListEntry defaults_;
  std::vector<rules::ListEntry> entries_;
  std::vector<ImportNote> skipped_, errors_;
  std::unordered_map<std::string, std::size_t> line_of_;  // target -> where it was taken
};

// What an access(5) table is asked with.
enum class AccessSubject : std::uint8_t { kClient, kSender, kRecipient };

void ReadPostgreyClients(std::string_view text,
                         ImportedEntries& result);  // whitelist_clients
void ReadPostgreyRecipients(std::string_view text,
                            ImportedEntries& result);  // whitelist_recipients
void ReadAccessTable(std::string_view text, AccessSubject subject,
                     ImportedEntries& result);  // access(5): the text
void ReadCidrTable(std::string_view text,
                   ImportedEntries& result);  // cidr_table(5)
void ReadPatternTable(std::string_view text,
                      ImportedEntries& result);  // regexp:, pcre:
void ReadPlainList(std::string_view text,
                   ImportedEntries& result);  // TARGET [# comment], or lines of our export

}  // namespace policyd::ctl
