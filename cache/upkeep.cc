#include "cache/upkeep.h"

#include <algorithm>
#include <chrono>

namespace cache {
namespace {

constexpr unsigned kHigh = 90;      // percent of max_size; what is above is for deletes, which need pages too
constexpr unsigned kVeryHigh = 93;  // eviction does not keep up

constexpr std::size_t kEvictionRows = 500;  // of one transaction, likewise

// LMDB frees a page only when most of its rows are gone.  So eviction removes every other one of neighbouring rows, and
// four in five if that is not enough: fewer would free nothing, more would leave no choice by who holds most.
// If only the number of rows is too large, one in eight gives the best choice.
struct Wanted {
  std::size_t rows = 0;
  bool is_pressing = false;
};
constexpr double kOfRecords = 2;
constexpr double kOfRecordsPressing = 1.25;
constexpr double kOfTooManyRows = 8;

constexpr std::size_t kMaxRows = 1000;
constexpr std::size_t kMinRows = 4;

// A commit may write a page anew for each row, with those above it, and the pages it gives back can be taken only two
// commits later: in a tenth of the store there must be room for a few such commits.
constexpr std::uint64_t kBytesPerRow = std::uint64_t{80} * 4096;

constexpr std::uint64_t kJournalShare = 4;    // a flood of verdicts must not push out triplets
constexpr std::uint64_t kNameShare = 4;       // nor one of names the clients
constexpr std::uint64_t kRoomForWaiting = 8;  // one triplet in so many: what is confirmed leaves it to newcomers
constexpr std::uint64_t kPassesShare = 8;     // nor one that comes back what others earned

constexpr std::uint64_t kReputationShare = 8;  // nor one of new clients anything else
constexpr std::uint64_t kOutboundShare = 8;    // nor senders of ours, with each of their two tables

constexpr rules::seconds kHastyCheckPeriod{1};  // where a store is full
constexpr rules::seconds kDay{86400};
constexpr rules::seconds kLookForOldAgain{600};

// How many go where so many are to come.
std::size_t SomewhatMore(std::size_t rows) {
  return rows + rows / 4 + 8;
}

Wanted WantedEviction(const Environment& environment, std::size_t rows) {
  if (!environment.IsAbove(kHigh)) return {};
  if (!environment.IsAbove(kVeryHigh)) return {.rows = SomewhatMore(rows), .is_pressing = false};
  return {.rows = 4 * rows + 64, .is_pressing = true};
}

std::uint64_t BytesOf(const Environment& environment, Table table) {
  ReadTransaction snapshot(environment);
  return snapshot.Bytes(table);
}

Eviction OneIn(double of_rows, std::size_t rows) {
  return {.rows = rows, .of_rows = static_cast<std::size_t>(of_rows * static_cast<double>(rows) + 0.5)};
}

// Calls step(most), each time for at most `rows`, until `count` rows are removed or a step finds none.
std::uint64_t InSteps(std::uint64_t count, std::size_t rows,
                      const std::function<std::uint64_t(std::size_t most)>& step) {
  std::uint64_t removed = 0;
  while (removed < count) {
    const std::uint64_t more = step(std::min<std::size_t>(count - removed, rows));
    if (more == 0) break;
    removed += more;
  }
  return removed;
}

}  // namespace

std::size_t RowsPerCommit(const Environment& environment) {
  return std::clamp<std::size_t>(environment.usage().max_bytes / kBytesPerRow, kMinRows, kMaxRows);
}

Upkeep::Upkeep(const Stores& stores)
    : stores_(stores),
      fact_rows_(std::min(kEvictionRows, RowsPerCommit(*stores.facts_environment()))),
      record_rows_(std::min(kEvictionRows, RowsPerCommit(stores.records_environment()))),
      journal_bytes_(stores.records_environment().usage().max_bytes / kJournalShare),
      name_bytes_(stores.facts_environment()->usage().max_bytes / kNameShare),
      passes_bytes_(stores.records_environment().usage().max_bytes / kPassesShare),
      reputation_bytes_(stores.records_environment().usage().max_bytes / kReputationShare),
      outbound_bytes_(stores.records_environment().usage().max_bytes / kOutboundShare) {}

std::uint64_t Upkeep::Remove(Environment& environment, const Change& change) {
  auto transaction = WriteTransaction::Begin(environment);
  if (!transaction) return 0;
  const Result<std::uint64_t> removed = change(**transaction);
  if (!removed || *removed == 0 || !(*transaction)->Commit()) return 0;
  return *removed;
}

std::uint64_t Upkeep::MakeRoomForFacts(std::size_t rows, rules::TimePoint now) {
  const Wanted wanted = WantedEviction(*stores_.facts_environment(), rows);
  if (wanted.rows == 0) return 0;
  std::uint64_t removed = 0;
  if (BytesOf(*stores_.facts_environment(), stores_.facts()->names()) > name_bytes_) removed = EvictNames(wanted.rows);
  removed += EvictClients(wanted.rows - removed, wanted.is_pressing ? kOfRecordsPressing : kOfRecords, now);
  removed += EvictNames(wanted.rows - removed);
  evictions_.facts += removed;
  return removed;
}

std::uint64_t Upkeep::EvictClients(std::uint64_t count, double of_rows, rules::TimePoint now) {
  return InSteps(count, fact_rows_, [&](std::size_t most) {
    return Remove(*stores_.facts_environment(), [&](WriteTransaction& transaction) {
      return stores_.facts()->EvictClients(transaction, client_eviction_, OneIn(of_rows, most), now);
    });
  });
}

std::uint64_t Upkeep::EvictNames(std::uint64_t count) {
  return InSteps(count, fact_rows_, [&](std::size_t most) {
    return Remove(*stores_.facts_environment(), [&](WriteTransaction& transaction) {
      return RemovedIn(stores_.facts()->EvictNames(transaction, name_eviction_, 2 * most, most));
    });
  });
}

std::uint64_t Upkeep::MakeRoomForRecords(std::size_t rows, rules::TimePoint now) {
  const Wanted wanted = WantedEviction(stores_.records_environment(), rows);
  // A reader that was killed keeps every page that it could see.
  if (wanted.rows > 0 && IsDue(last_hasty_check_, now, kHastyCheckPeriod)) ClearDeadReaders();
  const double of_rows = wanted.is_pressing ? kOfRecordsPressing : kOfRecords;
  std::uint64_t removed = DropOldJournal(wanted.rows, now);
  if (removed < wanted.rows && BytesOf(stores_.records_environment(), stores_.triplets().passes()) > passes_bytes_) {
    removed += EvictPasses(wanted.rows - removed, of_rows);
  }
  removed += EvictTriplets(wanted.rows - removed, of_rows);
  removed += EvictJournal(wanted.rows - removed, of_rows, now);
  removed += EvictReputations(wanted.rows - removed, of_rows, now);
  removed += EvictCorrespondents(wanted.rows - removed, of_rows, now);
  return removed + EvictPasses(wanted.rows - removed, of_rows);
}

std::optional<double> Upkeep::TooFull(Table table, std::size_t rows, const Most& most) const {
  ReadTransaction snapshot(stores_.records_environment());
  const std::uint64_t bytes = snapshot.Bytes(table);
  if (bytes > most.bytes + most.bytes / 16) return kOfRecordsPressing;
  if (bytes > most.bytes) return kOfRecords;
  if (snapshot.Count(table) + rows > most.rows) return kOfTooManyRows;
  return std::nullopt;
}

std::uint64_t Upkeep::TrimJournal(std::size_t rows, std::uint64_t most_rows, rules::TimePoint now) {
  const auto of_rows = TooFull(stores_.journal().rows(), rows, {.rows = most_rows, .bytes = journal_bytes_});
  if (!of_rows) return 0;
  const std::uint64_t count = SomewhatMore(rows);
  const std::uint64_t removed = DropOldJournal(count, now);
  return removed + EvictJournal(count - removed, *of_rows, now);
}

std::uint64_t Upkeep::TrimReputations(std::size_t rows, const ReputationLimits& limits, rules::TimePoint now) {
  if (rows == 0) return 0;
  const Most most{.rows = limits.rows, .bytes = std::min(limits.bytes, reputation_bytes_)};
  const auto of_rows = TooFull(stores_.reputations().rows(), rows, most);
  return of_rows ? EvictReputations(SomewhatMore(rows), *of_rows, now) : 0;
}

std::uint64_t Upkeep::TrimAccounts(std::size_t rows, const OutboundLimits& limits, rules::TimePoint now) {
  if (rows == 0) return 0;
  const Most most{.rows = limits.accounts, .bytes = outbound_bytes_};
  const auto of_rows = TooFull(stores_.outbound_accounts().rows(), rows, most);
  return of_rows ? EvictAccounts(SomewhatMore(rows), *of_rows, now) : 0;
}

std::uint64_t Upkeep::TrimCorrespondents(std::size_t rows, const OutboundLimits& limits, rules::TimePoint now) {
  if (rows == 0) return 0;
  const Most most{.rows = limits.correspondents, .bytes = outbound_bytes_};
  const auto of_rows = TooFull(stores_.correspondents().rows(), rows, most);
  return of_rows ? EvictCorrespondents(SomewhatMore(rows), *of_rows, now) : 0;
}

std::uint64_t Upkeep::EvictRecords(std::uint64_t count, double of_rows, const EvictOne& evict) {
  return InSteps(count, record_rows_, [&](std::size_t most) {
    return Remove(stores_.records_environment(),
                  [&](WriteTransaction& transaction) { return evict(transaction, OneIn(of_rows, most)); });
  });
}

std::uint64_t Upkeep::EvictReputations(std::uint64_t count, double of_rows, rules::TimePoint now) {
  const std::uint64_t removed =
      EvictRecords(count, of_rows, [&](WriteTransaction& transaction, const Eviction& eviction) {
        return stores_.reputations().Evict(transaction, reputation_eviction_, eviction, rules::DayOf(now));
      });
  evictions_.reputations += removed;
  return removed;
}

std::uint64_t Upkeep::EvictAccounts(std::uint64_t count, double of_rows, rules::TimePoint now) {
  const std::uint64_t removed =
      EvictRecords(count, of_rows, [&](WriteTransaction& transaction, const Eviction& eviction) {
        return stores_.outbound_accounts().Evict(transaction, account_eviction_, eviction, now);
      });
  evictions_.accounts += removed;
  return removed;
}

std::uint64_t Upkeep::EvictCorrespondents(std::uint64_t count, double of_rows, rules::TimePoint now) {
  const std::uint64_t removed =
      EvictRecords(count, of_rows, [&](WriteTransaction& transaction, const Eviction& eviction) {
        return stores_.correspondents().Evict(transaction, correspondent_eviction_, eviction, now);
      });
  evictions_.correspondents += removed;
  return removed;
}

// Days of which no row is younger than a day, then the older rows of yesterday.
std::uint64_t Upkeep::DropOldJournal(std::uint64_t count, rules::TimePoint now) {
  if (count == 0) return 0;
  std::uint64_t removed = InSteps(count, record_rows_, [&](std::size_t most) {
    return RemoveVerdicts(
        now, [&](WriteTransaction& transaction) { return stores_.journal().Drop(transaction, now - kDay, most); });
  });
  if (no_old_journal_ && *no_old_journal_ <= now && now - *no_old_journal_ < kLookForOldAgain) return removed;
  bool was_whole = false;
  const std::uint64_t old = InSteps(count - removed, record_rows_, [&](std::size_t most) {
    was_whole = old_journal_.empty();
    return RemoveVerdicts(now, [&](WriteTransaction& transaction) {
      return stores_.journal().DropOld(transaction, old_journal_, now - kDay, most);
    });
  });
  const bool there_are_none = was_whole && old == 0 && old_journal_.empty();
  if (there_are_none) no_old_journal_ = now;
  return removed + old;
}

std::uint64_t Upkeep::EvictJournal(std::uint64_t count, double of_rows, rules::TimePoint now) {
  return InSteps(count, record_rows_, [&](std::size_t most) {
    return RemoveVerdicts(now, [&](WriteTransaction& transaction) {
      return stores_.journal().Evict(transaction, journal_eviction_, OneIn(of_rows, most));
    });
  });
}

// The rows of one client lie together, so no sample tells how many wait: a run of one large sender's confirmed triplets
// would go for a flood that lies elsewhere.
TripletStore::Among Upkeep::EvictedAmong() const {
  ReadTransaction snapshot(stores_.records_environment());
  const std::uint64_t all = snapshot.Count(stores_.triplets().triplets());
  const bool is_nearly_all_confirmed = stores_.triplets().figures().Waiting(snapshot) <= all / kRoomForWaiting;
  return is_nearly_all_confirmed ? TripletStore::Among::kAll : TripletStore::Among::kWaiting;
}

std::uint64_t Upkeep::EvictTriplets(std::uint64_t count, double of_rows) {
  if (count == 0) return 0;
  const TripletStore::Among among = EvictedAmong();
  const std::uint64_t removed =
      EvictRecords(count, of_rows, [&](WriteTransaction& transaction, const Eviction& eviction) {
        return stores_.triplets().Evict(transaction, triplet_eviction_, eviction, among);
      });
  evictions_.triplets += removed;
  return removed;
}

std::uint64_t Upkeep::EvictPasses(std::uint64_t count, double of_rows) {
  const std::uint64_t removed = InSteps(count, record_rows_, [&](std::size_t most) {
    return Remove(stores_.records_environment(), [&](WriteTransaction& transaction) {
      return RemovedIn(
          stores_.triplets().EvictPasses(transaction, passes_eviction_, OneIn(of_rows, most).of_rows, most));
    });
  });
  evictions_.triplets += removed;
  return removed;
}

std::uint64_t Upkeep::StepAgainstFlood(const PendingLimits& limits) {
  const std::uint64_t removed = flood_guard_.Step(limits);
  evictions_.triplets += removed;
  return removed;
}

// The tool shows this count, so it is as durable as the removal.
std::uint64_t Upkeep::RemoveVerdicts(rules::TimePoint now, const Change& change) {
  const std::uint64_t removed =
      Remove(stores_.records_environment(), [&](WriteTransaction& transaction) -> Result<std::uint64_t> {
        auto dropped = change(transaction);
        if (!dropped || *dropped == 0) return dropped;
        if (const Status counted = stores_.journal().CountDropped(transaction, *dropped, now); !counted) {
          return counted.error();
        }
        return dropped;
      });
  evictions_.verdicts += removed;
  return removed;
}

}  // namespace cache
