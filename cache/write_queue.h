// What waits to be written: facts, and the rows of verdicts.
//
// The queues are the Writer's, which holds its lock around them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"

namespace cache {

// Names the Inquiry that waits for a commit; only the caller knows what the numbers mean.
struct WriteTicket {
  std::uint32_t waiter = 0;
  std::uint64_t number = 0;
};

struct FactWrite {
  rules::IpAddress client;
  rules::Question question;
  rules::Fact fact;
};

struct TripletUpdate {
  std::string client_key, sender, recipient;
  rules::Triplet record;
  std::optional<rules::IpAddress> client{};
};

// All that one Verdict wants remembered but its row of the journal.
struct RecordRows {
  std::vector<TripletUpdate> triplets;
  std::optional<std::string> auto_whitelist_key;
  rules::AutoWhitelistCount auto_whitelist;
  std::optional<ZoneStateRow> zone{};
  std::optional<rules::seconds> retried_after;  // a client came back: how long it took
  std::vector<EntryHitsRow> list_hits{};        // at most HitTally::kMost
  std::optional<HistoryMinute> history{};
  std::optional<AppealRow> appeal{};
  std::vector<ReputationRow> reputations{};             // at most ReputationTally::kRowsPerWrite
  std::vector<OutboundAccountRow> outbound_accounts{};  // at most 500
  std::vector<CorrespondentRow> correspondents{};       // at most 500
  std::optional<WatchLook> watch{};
  std::optional<WriteTicket> ticket;           // told when the rows are durable
  std::shared_ptr<std::promise<bool>> told{};  // likewise, for a thread that may wait: are they?
};

// The rows of one Verdict; committed together.
struct RecordWrite : RecordRows {
  std::optional<JournalRow> journal;
};

// A queue may grow long: a row of the journal waits as one text instead of forty.
struct QueuedRecord : RecordRows {
  explicit QueuedRecord(RecordWrite write);

  std::optional<JournalRecord> journal;
};

std::size_t RowsOf(const QueuedRecord& write);
// Of all these writes together.
std::size_t JournalRowsOf(const std::vector<QueuedRecord>& writes);
std::size_t ReputationRowsOf(const std::vector<QueuedRecord>& writes);
std::size_t OutboundAccountRowsOf(const std::vector<QueuedRecord>& writes);
std::size_t CorrespondentRowsOf(const std::vector<QueuedRecord>& writes);

// Does anything depend on it except later reading by people?  No request waits for a row of the journal or for counts.
bool IsPressing(const RecordRows& write);

std::vector<FactWrite> TakeFacts(std::deque<FactWrite>& queue, std::size_t most);
// One write at least, and no more than have `most` rows.
std::vector<QueuedRecord> TakeRecords(std::deque<QueuedRecord>& queue, std::size_t most);

}  // namespace cache
