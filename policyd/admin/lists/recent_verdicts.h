// Reads in the journal of the last days how entries of the lists would have decided.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/people/list_entry.h"
#include "rules/tables/pattern_table.h"
#include "rules/values/public_suffixes.h"

namespace policyd::admin {

// Read at most so many rows, 4 us each: an operator on the telephone cannot wait for a journal of millions.
inline constexpr std::size_t kMostRecentVerdicts = 5'000;

// Rows of the journal, the latest days first.
std::vector<cache::JournalRow> RecentVerdicts(const cache::Stores& stores, rules::TimePoint now,
                                              std::size_t most = kMostRecentVerdicts);

// An entry held against rows of the journal, by what was known then.
class EntryOnRecord {
 public:
  explicit EntryOnRecord(const rules::ListEntry& entry);

  // Does the entry speak about the mail of this row?
  bool IsAbout(const cache::JournalRow& row) const;
  // Would the row have got another action?  A mail that passed without more is in no journal.
  bool WouldHaveChanged(const cache::JournalRow& row) const;
  std::size_t CountChanged(const std::vector<cache::JournalRow>& rows) const;

 private:
  const rules::ListEntry entry_;
  std::shared_ptr<const rules::PatternTable> pattern_;
};

// The registered domains of the confirmed names from which the mail of `rows` came that a sender entry is about, the
// most frequent first.
struct OriginOfSender {
  std::string domain;
  std::size_t rows = 0;
};
std::vector<OriginOfSender> OriginsOf(const rules::ListEntry& sender_entry, const std::vector<cache::JournalRow>& rows,
                                      const rules::PublicSuffixes& suffixes);

}  // namespace policyd::admin
