#include "cache/upkeep.h"

#include <algorithm>
#include <chrono>

namespace cache {
namespace {

constexpr unsigned kHigh = 90;      // percent of max_size; what is above is for deletes, which need pages too
constexpr unsigned kVeryHigh = 93;  // eviction does not keep up

constexpr std::size_t kStepRows = 256;  // of the walk
// ... or fewer: who waits for the next commit waits for the step too.  Pages that come from the disk may be slow.
constexpr std::chrono::milliseconds kStepTime{2};
constexpr std::size_t kEvictionRows = 500;  // of one transaction, likewise

// A page is given back only when most of its rows are gone.  So eviction chooses, among neighbours, every other one,
// and where that is not enough, takes all of them.
struct Eviction {
  std::size_t rows = 0;
  std::size_t looks_per_row = 1;
};

constexpr std::size_t kMaxRows = 1000;
constexpr std::size_t kMinRows = 4;

// A commit may write a page anew for each row, with those above it, and the pages it gives back can be taken only two
// commits later: in a tenth of the store there must be room for a few such commits.
constexpr std::uint64_t kBytesPerRow = std::uint64_t{80} * 4096;

constexpr std::uint64_t kJournalShare = 4;  // a flood of verdicts must not push out triplets

constexpr rules::seconds kWalkPeriod{3600};
constexpr rules::seconds kReaderCheckPeriod{60};
constexpr rules::seconds kDay{86400};

Stride NextStride() {
  return {.rows = kStepRows, .until = std::chrono::steady_clock::now() + kStepTime};
}

// Runs `change` in a transaction of its own.  Returns how many rows it removed; none where it failed: the next step
// comes here again.
std::uint64_t Remove(Environment& environment, const std::function<Result<std::uint64_t>(WriteTransaction&)>& change) {
  auto transaction = WriteTransaction::Begin(environment);
  if (!transaction) return 0;
  const Result<std::uint64_t> removed = change(**transaction);
  if (!removed || *removed == 0 || !(*transaction)->Commit()) return 0;
  return *removed;
}

Result<std::uint64_t> RemovedIn(const Result<Swept>& swept) {
  if (!swept) return swept.error();
  return swept->removed;
}

Eviction WantedEviction(const Environment& environment, std::size_t rows) {
  if (!environment.IsAbove(kHigh)) return {};
  if (!environment.IsAbove(kVeryHigh)) return {.rows = rows + rows / 4 + 8, .looks_per_row = 2};
  return {.rows = 4 * rows + 64, .looks_per_row = 1};
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
      journal_bytes_(stores.records_environment().usage().max_bytes / kJournalShare) {}

std::uint64_t Upkeep::MakeRoomForFacts(std::size_t rows) {
  Environment& environment = *stores_.facts_environment();
  const Eviction wanted = WantedEviction(environment, rows);
  return InSteps(wanted.rows, fact_rows_, [&](std::size_t most) {
    return Remove(environment, [&](WriteTransaction& transaction) {
      return RemovedIn(stores_.facts()->Evict(transaction, fact_eviction_, most * wanted.looks_per_row, most));
    });
  });
}

std::uint64_t Upkeep::MakeRoomForRecords(std::size_t rows, rules::TimePoint now) {
  Environment& environment = stores_.records_environment();
  const Eviction wanted = WantedEviction(environment, rows);
  const auto drop_journal = [&](std::uint64_t count, rules::TimePoint before) {
    return InSteps(count, record_rows_, [&](std::size_t most) {
      return Remove(environment,
                    [&](WriteTransaction& transaction) { return stores_.journal().Drop(transaction, before, most); });
    });
  };
  std::uint64_t removed = drop_journal(wanted.rows, now - kDay);
  removed += InSteps(wanted.rows - removed, record_rows_, [&](std::size_t most) {
    return Remove(environment, [&](WriteTransaction& transaction) {
      return RemovedIn(stores_.triplets().Evict(transaction, triplet_eviction_, most * wanted.looks_per_row, most));
    });
  });
  removed += drop_journal(wanted.rows - removed, now + kDay);
  return removed;
}

std::uint64_t Upkeep::TrimJournal(std::size_t rows, std::uint64_t most_rows, rules::TimePoint now) {
  Environment& environment = stores_.records_environment();
  std::uint64_t bytes = 0;
  {
    ReadTransaction snapshot(environment);
    bytes = snapshot.Bytes(stores_.journal().rows());
    if (snapshot.Count(stores_.journal().rows()) + rows <= most_rows && bytes <= journal_bytes_) return 0;
  }
  // As WantedEviction() does: half-empty pages are as large as full ones.
  const std::size_t looks_per_row = bytes > journal_bytes_ + journal_bytes_ / 16 ? 1 : 2;
  const std::uint64_t count = rows + rows / 4 + 8;
  std::uint64_t removed = InSteps(count, record_rows_, [&](std::size_t most) {
    return Remove(environment,
                  [&](WriteTransaction& transaction) { return stores_.journal().Drop(transaction, now, most); });
  });
  removed += InSteps(count - removed, record_rows_, [&](std::size_t most) {
    return Remove(environment, [&](WriteTransaction& transaction) {
      return RemovedIn(stores_.journal().Evict(transaction, journal_eviction_, most * looks_per_row, most));
    });
  });
  return removed;
}

bool Upkeep::IsDue(std::optional<rules::TimePoint>& last, rules::TimePoint now, rules::seconds period) {
  // A clock that was set back must not put everything off until it comes here again.
  if (last && *last <= now && now - *last < period) return false;
  last = now;
  return true;
}

std::uint64_t Upkeep::Step(const Ends& ends, rules::TimePoint now) {
  if (IsDue(last_reader_check_, now, kReaderCheckPeriod)) {
    stores_.records_environment().ClearDeadReaders();
    stores_.lists_environment().ClearDeadReaders();
    stores_.facts_environment()->ClearDeadReaders();
  }
  switch (phase_) {
    case Phase::kResting:
      if (IsDue(last_walk_, now, kWalkPeriod)) phase_ = Phase::kFacts;
      return 0;
    case Phase::kFacts:
      return StepThroughFacts(ends, now);
    case Phase::kTriplets:
      return StepThroughTriplets(ends, now);
    case Phase::kJournal:
      return StepThroughJournal(ends, now);
  }
  return 0;
}

std::uint64_t Upkeep::StepThroughFacts(const Ends& ends, rules::TimePoint now) {
  const std::uint64_t removed = Remove(*stores_.facts_environment(), [&](WriteTransaction& transaction) {
    return RemovedIn(stores_.facts()->Sweep(transaction, position_, NextStride(), ends.facts, now));
  });
  if (position_.empty()) phase_ = Phase::kTriplets;
  return removed;
}

std::uint64_t Upkeep::StepThroughTriplets(const Ends& ends, rules::TimePoint now) {
  const std::uint64_t removed = Remove(stores_.records_environment(), [&](WriteTransaction& transaction) {
    return RemovedIn(
        stores_.triplets().Sweep(transaction, position_, NextStride(),
                                 {.waiting_before = ends.waiting, .confirmed_before = ends.confirmed, .now = now},
                                 [this](ClientHash client) { flood_guard_.Saw(client); }));
  });
  if (!position_.empty()) return removed;
  flood_guard_.WalkEnded();
  phase_ = Phase::kJournal;
  return removed;
}

std::uint64_t Upkeep::StepThroughJournal(const Ends& ends, rules::TimePoint now) {
  const std::uint64_t redated = Remove(stores_.records_environment(), [&](WriteTransaction& transaction) {
    return stores_.journal().Redate(transaction, now, kStepRows);
  });
  const std::uint64_t removed = Remove(stores_.records_environment(), [&](WriteTransaction& transaction) {
    return stores_.journal().Drop(transaction, ends.journal, kStepRows);
  });
  if (std::max(removed, redated) < kStepRows) phase_ = Phase::kResting;
  return removed;
}

}  // namespace cache
