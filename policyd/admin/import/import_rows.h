// Turns the memory of other greylisting programs into rows of ours: a mail's triplet, and clients that always came
// back.
//
// Their clients are addresses or networks, so all that comes in stands under our keys of addresses and networks,
// never of names.  What ended by our own settings, or cannot be understood, is skipped with its line and a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cache/stores.h"
#include "rules/greylist/greylist.h"
#include "rules/values/result.h"

namespace policyd::admin {

// A line of a file, and why it was not taken.
struct ImportNote {
  std::size_t line = 0;
  std::string reason;
};

class ImportedRows {
 public:
  struct Mail {
    std::string_view client;  // "192.0.2.1", "192.0.2.0", "192.0.2"
    std::string_view sender, recipient;
  };
  struct TripletRow {
    std::string client_key, sender, recipient;
    rules::Triplet record;
  };
  struct PassesRow {
    std::string name;
    rules::AutoWhitelistCount count;
  };

  // `source_delay`: how long the other program let a mail wait.
  ImportedRows(const rules::GreylistSettings& settings, rules::TimePoint now,
               rules::seconds source_delay = rules::seconds{300})
      : settings_(settings), now_(now), source_delay_(source_delay) {}

  // `passes` 0: the mail still waits.
  void AddTriplet(std::size_t line, const Mail& mail, rules::Triplet record);
  // A client that came back so often.
  void AddPasses(std::size_t line, std::string_view client, std::uint32_t passes, rules::TimePoint last);
  // A sender, or "@domain" for all of one, that the other program no longer greylists from a client, whatever the
  // recipient is.
  void AddSender(std::size_t line, std::string_view client, const std::string& sender, rules::TimePoint last);
  void Skip(std::size_t line, std::string reason) { skipped_.push_back({line, std::move(reason)}); }

  const std::vector<TripletRow>& triplets() const { return triplets_; }
  const std::vector<PassesRow>& passes() const { return passes_; }
  const std::vector<ImportNote>& skipped() const { return skipped_; }
  const rules::GreylistSettings& settings() const { return settings_; }
  rules::TimePoint now() const { return now_; }
  rules::seconds source_delay() const { return source_delay_; }

 private:
  void Add(TripletRow row);

  const rules::GreylistSettings settings_;
  const rules::TimePoint now_;
  const rules::seconds source_delay_;
  std::vector<TripletRow> triplets_;
  std::vector<PassesRow> passes_;
  std::vector<ImportNote> skipped_;
  // Where a mail or a client stands already: several rows of theirs may be one of ours.
  std::unordered_map<std::string, std::size_t> triplet_at_, passes_at_;
};

// Joins two records of one mail, or of one client: the result says no less than either.
rules::Triplet Joined(const rules::Triplet& a, const rules::Triplet& b);
rules::AutoWhitelistCount Joined(const rules::AutoWhitelistCount& a, const rules::AutoWhitelistCount& b);

// "1795310613": a count of seconds since 1970, as every one of these programs writes it.
rules::Result<rules::TimePoint> ParseUnixTime(std::string_view text);
rules::Result<std::uint32_t> ParseCount(std::string_view text);

// Reads the rows of `text`, or says why it is not such a file or half of one.  Errors begin with ":LINE: ".
rules::Status ReadPostgrey(std::string_view text, ImportedRows& rows);        // db5.3_dump, with or without -p
rules::Status ReadSqlgrey(std::string_view text, ImportedRows& rows);         // SQL of SQLite, MySQL or PostgreSQL
rules::Status ReadMilterGreylist(std::string_view text, ImportedRows& rows);  // greylist.db, which is text

struct ImportCounts {
  std::uint64_t added = 0;  // triplets and clients that were not there, or that now say more
  std::uint64_t known = 0;  // there already, and saying as much
};

// The rows that would be written.
ImportCounts CountNew(const cache::Stores& stores, const ImportedRows& rows);

// In steps of 1,000 rows, each one transaction: after an interruption it is called again, and rows that are there stay
// there.  What stands in the greylist is never made less: a mail that came back, an earlier first sight, more passes.
rules::Result<ImportCounts> WriteRows(const cache::Stores& stores, const ImportedRows& rows);

}  // namespace policyd::admin
