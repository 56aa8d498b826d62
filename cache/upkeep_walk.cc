// The walk of Upkeep: a look at every row once an hour, for those that have ended.
#include <algorithm>
#include <chrono>

#include "cache/upkeep.h"

namespace cache {
namespace {

constexpr std::size_t kStepRows = 256;  // of the walk
// ... or fewer: an Inquiry that waits for the next commit waits for the step too.  Pages that come from the disk may be
// slow.
constexpr std::chrono::milliseconds kStepTime{2};

constexpr rules::seconds kWalkPeriod{3600};
constexpr rules::seconds kReaderCheckPeriod{60};

Stride NextStride() {
  return {.rows = kStepRows, .until = std::chrono::steady_clock::now() + kStepTime};
}

}  // namespace

bool Upkeep::IsDue(std::optional<rules::TimePoint>& last, rules::TimePoint now, rules::seconds period) {
  // After a clock was set back, work must not wait until the clock reaches the old time again.
  if (last && *last <= now && now - *last < period) return false;
  last = now;
  return true;
}

void Upkeep::ClearDeadReaders() {
  stores_.records_environment().ClearDeadReaders();
  stores_.lists_environment().ClearDeadReaders();
  stores_.facts_environment()->ClearDeadReaders();
}

std::uint64_t Upkeep::Step(const Ends& ends, rules::TimePoint now) {
  if (IsDue(last_reader_check_, now, kReaderCheckPeriod)) {
    ClearDeadReaders();
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
    case Phase::kReputations:
      return StepThroughRecords(
          [&](WriteTransaction& transaction, std::string& position, const Stride& stride) {
            return stores_.reputations().Sweep(transaction, position, stride, rules::DayOf(now));
          },
          Phase::kAccounts);
    case Phase::kAccounts:
      return StepThroughRecords(
          [&](WriteTransaction& transaction, std::string& position, const Stride& stride) {
            return stores_.outbound_accounts().Sweep(transaction, position, stride, now);
          },
          Phase::kCorrespondents);
    case Phase::kCorrespondents:
      return StepThroughRecords(
          [&](WriteTransaction& transaction, std::string& position, const Stride& stride) {
            return stores_.correspondents().Sweep(transaction, position, stride, now);
          },
          Phase::kResting);
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
  stores_.triplets().ForgetPushedOut(ends.waiting);
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
  // An appeal whose verdict is gone can no longer be granted.
  const std::uint64_t appeals = Remove(stores_.records_environment(), [&](WriteTransaction& transaction) {
    return stores_.appeals().Drop(transaction, ends.journal, kStepRows);
  });
  if (std::max({removed, redated, appeals}) < kStepRows) phase_ = Phase::kReputations;
  return removed;
}

std::uint64_t Upkeep::StepThroughRecords(const Sweep& sweep, Phase next) {
  std::uint64_t removed = 0;
  const std::uint64_t changed =
      Remove(stores_.records_environment(), [&](WriteTransaction& transaction) -> Result<std::uint64_t> {
        const Result<Swept> swept = sweep(transaction, position_, NextStride());
        if (!swept) return swept.error();
        removed = swept->removed;
        return swept->removed + swept->redated;
      });
  if (position_.empty()) phase_ = next;
  return changed == 0 ? 0 : removed;
}

}  // namespace cache
