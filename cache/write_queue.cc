#include "cache/write_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cache/entry.h"

namespace cache {
namespace {

template <class Row>
std::size_t Sum(const std::vector<QueuedRecord>& writes, std::vector<Row> RecordRows::*rows) {
  std::size_t sum = 0;
  for (const QueuedRecord& write : writes) sum += (write.*rows).size();
  return sum;
}

}  // namespace

// The rows move, the journal's row is still read below.
QueuedRecord::QueuedRecord(RecordWrite write) : RecordRows(static_cast<RecordRows&&>(write)) {
  if (write.journal) journal = ToRecord(*write.journal);
}

std::size_t RowsOf(const QueuedRecord& write) {
  return write.triplets.size() + (write.auto_whitelist_key ? 1U : 0U) + (write.journal ? 1U : 0U) +
         (write.zone ? 1U : 0U) + (write.retried_after ? 1U : 0U) + (write.history ? 2U : 0U) +
         (write.appeal ? 1U : 0U) + write.list_hits.size() + write.reputations.size() + write.outbound_accounts.size() +
         write.correspondents.size() + (write.watch ? write.watch->findings.size() : 0U);
}

std::size_t JournalRowsOf(const std::vector<QueuedRecord>& writes) {
  return static_cast<std::size_t>(
      std::count_if(writes.begin(), writes.end(), [](const QueuedRecord& write) { return write.journal.has_value(); }));
}

std::size_t ReputationRowsOf(const std::vector<QueuedRecord>& writes) {
  return Sum(writes, &RecordRows::reputations);
}

std::size_t OutboundAccountRowsOf(const std::vector<QueuedRecord>& writes) {
  return Sum(writes, &RecordRows::outbound_accounts);
}

std::size_t CorrespondentRowsOf(const std::vector<QueuedRecord>& writes) {
  return Sum(writes, &RecordRows::correspondents);
}

bool IsPressing(const RecordRows& write) {
  return write.ticket || write.told || !write.triplets.empty() || write.auto_whitelist_key || write.zone;
}

std::vector<FactWrite> TakeFacts(std::deque<FactWrite>& queue, std::size_t most) {
  const auto end = queue.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue.size()));
  std::vector<FactWrite> taken(std::make_move_iterator(queue.begin()), std::make_move_iterator(end));
  queue.erase(queue.begin(), end);
  return taken;
}

std::vector<QueuedRecord> TakeRecords(std::deque<QueuedRecord>& queue, std::size_t most) {
  std::vector<QueuedRecord> taken;
  std::size_t rows = 0;
  while (!queue.empty() && (taken.empty() || rows + RowsOf(queue.front()) <= most)) {
    rows += RowsOf(queue.front());
    taken.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  return taken;
}

}  // namespace cache
