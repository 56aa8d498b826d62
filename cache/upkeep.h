// Keeps the stores in order beside the Writer's work: makes room before a store is full, removes rows that have ended,
// and gives back the slots of readers that were killed.  All in steps so short that nobody waits for them.
//
// Owned by the Writer's thread.  Due by wall-clock time: a walk through everything once an hour.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cache/shares/flood_guard.h"
#include "cache/stores.h"
#include "rules/values/time.h"

namespace cache {

// How many rows one transaction should write: 1,000, less in a small store.  A caller that waits for one row waits for
// all of them.
std::size_t RowsPerCommit(const Environment& environment);

// How many rows were pushed out because something was full; what ended of itself is not among them.
struct Evictions {
  std::uint64_t facts = 0, triplets = 0, verdicts = 0, reputations = 0, accounts = 0, correspondents = 0;

  std::uint64_t all() const { return facts + triplets + verdicts + reputations + accounts + correspondents; }
  bool operator==(const Evictions&) const = default;
};

// What is kept of mail that leaves.  Senders of ours are as many as their mail invents where they need no login.
struct OutboundLimits {
  std::uint64_t accounts = 200'000;
  std::uint64_t correspondents = 1'000'000;
};

class Upkeep {
 public:
  // How long facts and triplets are kept.
  struct Ends {
    rules::TimePoint facts, waiting, confirmed, journal;
  };

  explicit Upkeep(const Stores& stores);

  // Above 90 % of max_size: removes somewhat more rows than the `rows` that are to be written, far more above 93 %.
  // Returns how many.  Of facts names beyond a quarter of the store, then clients; of records journal days that are
  // over, passes beyond an eighth of the store, then triplets, then the rest of the journal, then reputations, then
  // people we wrote to.  Of clients, triplets, verdicts, reputations those of the networks that hold most, what came
  // back last (shares.h).
  std::uint64_t MakeRoomForFacts(std::size_t rows, rules::TimePoint now);
  std::uint64_t MakeRoomForRecords(std::size_t rows, rules::TimePoint now);

  // Where the journal has more than `most_rows`, or takes more than a quarter of records/: removes somewhat more rows
  // than the `rows` that are to be written.  Those older than a day first; then those of the networks that hold most.
  // Returns how many.
  std::uint64_t TrimJournal(std::size_t rows, std::uint64_t most_rows, rules::TimePoint now);

  // The same for more reputations than `limits` allow, or than fit into an eighth of records/.
  std::uint64_t TrimReputations(std::size_t rows, const ReputationLimits& limits, rules::TimePoint now);

  // The same for accounts of mail that leaves and for people we wrote to.
  std::uint64_t TrimAccounts(std::size_t rows, const OutboundLimits& limits, rules::TimePoint now);
  std::uint64_t TrimCorrespondents(std::size_t rows, const OutboundLimits& limits, rules::TimePoint now);

  // One step of the walk, begun where it is due, and of what else is due.  Returns how many rows it removed.
  std::uint64_t Step(const Ends& ends, rules::TimePoint now);
  bool is_walking() const { return phase_ != Phase::kResting; }

  FloodGuard& flood_guard() { return flood_guard_; }
  // Where more triplets wait than may.  Returns how many rows went.
  std::uint64_t StepAgainstFlood(const PendingLimits& limits);

  // Since the start.
  const Evictions& evictions() const { return evictions_; }

 private:
  enum class Phase : std::uint8_t { kResting, kFacts, kTriplets, kJournal, kReputations, kAccounts, kCorrespondents };

  // Runs a change in a transaction of its own.  Returns how many rows it removed or changed; none where it failed: the
  // next step comes here again.
  using Change = std::function<Result<std::uint64_t>(WriteTransaction&)>;
  static std::uint64_t Remove(Environment& environment, const Change& change);
  void ClearDeadReaders();
  // Is something that is done every `period` due?  Notes that it is done now.
  static bool IsDue(std::optional<rules::TimePoint>& last, rules::TimePoint now, rules::seconds period);
  std::uint64_t StepThroughFacts(const Ends& ends, rules::TimePoint now);
  std::uint64_t StepThroughTriplets(const Ends& ends, rules::TimePoint now);
  std::uint64_t StepThroughJournal(const Ends& ends, rules::TimePoint now);
  // The rest of records/, which ends by days alone: a step of `sweep`, and then the phase `next`.
  using Sweep = std::function<Result<Swept>(WriteTransaction&, std::string& position, const Stride&)>;
  std::uint64_t StepThroughRecords(const Sweep& sweep, Phase next);
  // At most `count` rows go, in steps.
  std::uint64_t DropOldJournal(std::uint64_t count, rules::TimePoint now);
  // ... of so many for each that goes.
  std::uint64_t EvictJournal(std::uint64_t count, double of_rows, rules::TimePoint now);
  TripletStore::Among EvictedAmong() const;
  std::uint64_t EvictTriplets(std::uint64_t count, double of_rows);
  std::uint64_t EvictPasses(std::uint64_t count, double of_rows);
  std::uint64_t EvictClients(std::uint64_t count, double of_rows, rules::TimePoint now);
  std::uint64_t EvictNames(std::uint64_t count);
  using EvictOne = std::function<Result<std::uint64_t>(WriteTransaction&, const Eviction&)>;
  std::uint64_t EvictRecords(std::uint64_t count, double of_rows, const EvictOne& evict);
  std::uint64_t EvictReputations(std::uint64_t count, double of_rows, rules::TimePoint now);
  std::uint64_t EvictAccounts(std::uint64_t count, double of_rows, rules::TimePoint now);
  std::uint64_t EvictCorrespondents(std::uint64_t count, double of_rows, rules::TimePoint now);
  // Of how many rows of a table one is to go, where `rows` more are too many; nothing where they fit.
  struct Most {
    std::uint64_t rows = 0, bytes = 0;
  };
  std::optional<double> TooFull(Table table, std::size_t rows, const Most& most) const;
  // One transaction that removes verdicts and says so.
  std::uint64_t RemoveVerdicts(rules::TimePoint now, const Change& change);

  const Stores& stores_;
  FloodGuard flood_guard_{stores_};
  const std::size_t fact_rows_, record_rows_;  // of one eviction
  const std::uint64_t journal_bytes_, name_bytes_, passes_bytes_, reputation_bytes_, outbound_bytes_;  // at most
  Phase phase_ = Phase::kResting;
  std::string position_;                            // of the walk
  std::string client_eviction_;                     // where the next eviction looks
  std::string name_eviction_;                       // likewise
  std::string triplet_eviction_;                    // likewise
  std::string passes_eviction_;                     // likewise
  std::string journal_eviction_;                    // likewise
  std::string reputation_eviction_;                 // likewise
  std::string account_eviction_;                    // likewise
  std::string correspondent_eviction_;              // likewise
  std::string old_journal_;                         // where the next look for verdicts older than a day begins
  std::optional<rules::TimePoint> no_old_journal_;  // when there were none
  Evictions evictions_;
  std::optional<rules::TimePoint> last_walk_;
  std::optional<rules::TimePoint> last_reader_check_, last_hasty_check_;
};

}  // namespace cache
