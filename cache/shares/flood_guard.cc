#include "cache/shares/flood_guard.h"

#include <algorithm>
#include <chrono>

namespace cache {
namespace {

// An Inquiry that waits for a commit must not wait long for a step: 20,000 rows are looked at in about 2 ms.
constexpr std::chrono::milliseconds kStepTime{2};
constexpr std::size_t kLooks = 20'000;

// The number of rows from which a client key is halved while all together have too many.
constexpr std::uint64_t kLeastThatStandsOut = 64;
constexpr std::uint64_t kStandsOutPart = 1024;  // one part in, of a greater limit
constexpr std::size_t kEvictionRows = 1000;     // at most so many come in with one commit
constexpr std::size_t kLooksPerRow = 8;
constexpr std::size_t kLooksPerRowBehind = 2;  // where eviction does not keep up

}  // namespace

void FloodGuard::Changed(ClientHash client, int change) {
  if (change > 0) keys_.Add(client);
  if (change < 0) keys_.Subtract(client);
}

void FloodGuard::Saw(ClientHash client) {
  if (client != run_.client) NoteRun();
  run_.client = client;
  ++run_.waiting;
}

void FloodGuard::WalkEnded() {
  NoteRun();
}

void FloodGuard::NoteRun() {
  if (run_.waiting > 0) keys_.Set(run_.client, run_.waiting);
  run_ = {};
}

std::uint64_t FloodGuard::Step(const PendingLimits& limits) {
  const auto busiest = keys_.Busiest();
  const bool is_flooded = busiest && busiest->count > limits.per_client_key;
  std::uint64_t waiting = 0;
  {
    ReadTransaction snapshot(stores_.records_environment());
    waiting = stores_.triplets().figures().Waiting(snapshot);
  }
  if (!is_flooded && waiting <= limits.all) return 0;
  auto transaction = WriteTransaction::Begin(stores_.records_environment());
  if (!transaction) return 0;
  const std::uint64_t removed =
      is_flooded ? Halve(**transaction, *busiest, limits.per_client_key) : Reduce(**transaction, waiting, limits);
  if (removed == 0 || !(*transaction)->Commit()) return 0;
  return removed;
}

std::uint64_t FloodGuard::Halve(WriteTransaction& transaction, const BusiestKeys::Busy& busiest,
                                std::uint64_t allowed) {
  if (halving_.client != busiest.key) halving_ = {.client = busiest.key, .position = {}};
  const auto halved =
      stores_.triplets().Halve(transaction, busiest.key, halving_.position, {.looks = kLooks, .allowed = allowed});
  if (!halved) return 0;
  if (halved->is_whole) {
    keys_.Set(busiest.key, halved->left);
  } else {
    // The client's other rows are unchanged.  One less if nothing was removed, so that the step ends.
    keys_.Set(busiest.key, busiest.count - std::clamp<std::uint64_t>(halved->removed, 1, busiest.count));
  }
  return halved->removed;
}

std::uint64_t FloodGuard::Reduce(WriteTransaction& transaction, std::uint64_t waiting, const PendingLimits& limits) {
  const auto until = std::chrono::steady_clock::now() + kStepTime;
  std::uint64_t removed = 0;
  const std::uint64_t stands_out = std::max(kLeastThatStandsOut, limits.all / kStandsOutPart);
  while (waiting - removed > limits.all && std::chrono::steady_clock::now() < until) {
    const auto busiest = keys_.Busiest();
    if (!busiest || busiest->count < stands_out) break;
    removed += Halve(transaction, *busiest, 0);
  }
  const std::uint64_t over = waiting - std::min(waiting, removed + limits.all);
  if (removed > 0 || over == 0) return removed;
  const std::size_t rows = std::min<std::size_t>(over, kEvictionRows);
  const std::size_t of_rows = rows * (over > 4 * kEvictionRows ? kLooksPerRowBehind : kLooksPerRow);
  const auto evicted = stores_.triplets().Evict(transaction, eviction_, {.rows = rows, .of_rows = of_rows});
  return evicted ? *evicted : 0;
}

}  // namespace cache
