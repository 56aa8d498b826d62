// The Verdicts kept, by Reference (records/).
//
// Key: UTC day, then Reference: expiry drops whole days, a look-up by Reference tries each kept day.  A repeated try
// counts up.  Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "rules/fact_text.h"
#include "rules/reference.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace cache {

// Flat on purpose: what was known then, in words that outlive the code that decided.
struct JournalRow {
  rules::Reference reference;
  rules::TimePoint first{};
  rules::TimePoint last{};
  std::uint32_t times = 1;
  rules::IpAddress client;
  std::string name;         // the confirmed name, else the first PTR name
  std::string reverse_dns;  // "confirmed", "no_ptr", ...
  std::string helo, sender, recipient;
  std::string action;  // what was answered
  std::string reason, mode, score, signals, reply;
  std::string shadow{};                  // what the shadow policy would have done, where that differs
  std::vector<rules::FactText> facts{};  // of DNS, with their age at the last try
  std::string recipient_class{};         // whose mode and bands held; empty: everybody's
  std::string would{};                   // what enforce would have done for this recipient alone, where that differs
  std::string entry{};                   // the target of the entry of people that decided
  std::string table{};                   // the line of a table of people that decided: "clients.pcre:12"
  std::string spf{};                     // what SPF came to, where it was asked to the end: "fail"

  // The decision of the rules, also where the mode let the mail in.
  const std::string& intended() const { return would.empty() ? action : would; }

  bool operator==(const JournalRow&) const = default;
};

struct JournalTries {
  rules::Reference reference;
  rules::TimePoint first{};
  rules::TimePoint last{};
  std::uint32_t times = 1;

  // Takes in tries of the same reference.
  void Add(const JournalTries& others);

  bool operator==(const JournalTries&) const = default;
};

// A row in the form in which it is kept (see history_entry.cc): small, and counting tries needs no look at the rest.
struct JournalRecord {
  JournalTries tries;
  std::string rest;
};

class Journal {
 public:
  // `figures`: a table for what is counted.
  Journal(Environment& environment, Table figures);

  std::optional<JournalRow> Find(ReadTransaction& snapshot,
                                 const rules::Reference& reference) const;  // the latest day's
  // Visits rows last tried at `since` or later, until visit returns false; by day, then reference.  Rows whose tries
  // are not `wanted` are not read to their end, which costs a tenth.
  using Wanted = std::function<bool(const JournalTries& tries)>;
  void Scan(ReadTransaction& snapshot, rules::TimePoint since, const std::function<bool(const JournalRow&)>& visit,
            const Wanted& wanted = {}) const;

  // Is there a row of this reference and day?
  bool Has(WriteTransaction& transaction, const JournalTries& tries) const;
  // A new row, or tries.times more times of an old one, which keeps its first time and takes over the rest.
  // With tries.times 0 a row is corrected.
  Status Add(WriteTransaction& transaction, JournalRecord record) const;
  Status Add(WriteTransaction& transaction, const JournalRow& row) const;
  // Drops rows of days that ended at `before` or earlier, at most `steps`, the oldest first; returns how many.
  Result<std::uint64_t> Drop(WriteTransaction& transaction, rules::TimePoint before, std::size_t steps) const;
  // Rows of days to come, written while the clock was ahead, become rows of `now`, at most `steps`; returns how many.
  // They would stand before all others, and stay until the clock comes there again.
  Result<std::uint64_t> Redate(WriteTransaction& transaction, rules::TimePoint now, std::size_t steps) const;
  // One short step through what is left of the day of `before`: removes at most `most` rows tried first at `before` or
  // earlier, and what cannot be read.  Moves `position`: empty at the start, and where the day ends.
  Result<std::uint64_t> DropOld(WriteTransaction& transaction, std::string& position, rules::TimePoint before,
                                std::size_t most) const;
  // Pushes out rows of the networks that hold most, see PushOut(); returns how many.
  Result<std::uint64_t> Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction) const;

  // How many rows were dropped for lack of room, not of age: so that people are told why a reference is not found.
  struct Dropped {
    std::uint64_t count = 0;
    rules::TimePoint first{}, last{};  // when
  };
  Status CountDropped(WriteTransaction& transaction, std::uint64_t count, rules::TimePoint now) const;
  // Nothing where nothing was.
  std::optional<Dropped> GetDropped(ReadTransaction& snapshot) const;

  Table rows() const { return rows_; }

 private:
  Table rows_;
  Table figures_;
};

}  // namespace cache
