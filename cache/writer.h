// The one thread that writes facts/ and records/: LevelDB's group commit without its waiting.
//
// It takes all that is queued, at most 1,000 rows of each, commits records/ before facts/, and tells those that wait.
// Rows that only people read later (journal, counts) are gathered: one commit in a quarter of a second takes
// them, the first one at once.  Add...() may be called from any thread and never waits; a full queue refuses.  A commit
// that fails loses its rows and is counted, and those that wait are told.  Above 90 % of max_size it evicts before it
// writes; see upkeep.h for what else it does between the batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "cache/upkeep.h"
#include "cache/write_queue.h"

namespace cache {

struct WriterSettings {
  rules::seconds keep_stale{86400};        // facts this long past their end stay
  rules::seconds retry_window{2 * 86400};  // waiting triplets older than this go
  rules::seconds remember{36 * 86400};     // confirmed ones not seen for this long go
  rules::seconds keep_journal{14 * 86400};
  std::uint64_t max_verdicts = 1'000'000;  // in the journal, which takes at most a quarter of records/
  PendingLimits pending{};
  ReputationLimits reputations{};
  OutboundLimits outbound{};
  std::size_t max_queue = 100'000;  // facts, and records likewise
};

class Writer {
 public:
  struct Listener {
    virtual ~Listener() = default;
    // From the writer's thread.  `ok` says whether the rows are durable.
    virtual void Written(WriteTicket ticket, bool ok) = 0;
    // So many more of the facts are now found in the store (or were dropped), in the order of AddFact(): the keeper of
    // fresh answers may let them go.
    virtual void FactsWritten(std::size_t count, bool ok) = 0;
    // A row that is in the journal now, once for each try, in the form in which it is kept: who decodes it does that
    // on another thread.
    virtual void VerdictWritten(const JournalRecord&) {}
  };

  // `now` is the wall clock of the program, called from the writer's thread.  REQUIRES: stores of a daemon, which
  // outlive the Writer as the listener does.
  Writer(Stores& stores, const WriterSettings& settings, std::function<rules::TimePoint()> now, Listener& listener);
  // Writes what is queued, then ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // False where the queue is full, or what is waited for would wait in vain: the caller counts it.
  bool AddFact(FactWrite write);
  bool AddRecord(RecordWrite write);

  void SetSettings(const WriterSettings& settings);  // reload
  std::size_t queue_length() const;

  struct Counts {
    std::uint64_t commits = 0, failed_commits = 0, swept = 0;
    Evictions evicted{};
  };
  Counts counts() const;
  std::optional<std::string> last_error() const;  // of the last commit that failed
  // It has not come back from the disk, or from the lock of writers, for longer than anybody should wait.  Until it
  // does AddRecord() refuses what somebody would wait for.
  bool is_stuck() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cache
