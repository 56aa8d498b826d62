// rows: number (8 bytes, the high byte first) -> audit
//
// The form of keys is versioned by the table's name.
#include "cache/lists/audit.h"

#include <utility>

#include "cache/entry.h"
#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

std::string KeyOf(std::uint64_t number) {
  ByteWriter key;
  key.BigEndian(number, 8);
  return key.Take();
}

}  // namespace

Audit::Audit(Environment& environment) : rows_(environment.table(2)) {}

Status Audit::Append(WriteTransaction& transaction, AuditRow row) const {
  row.number = Next(transaction);
  return transaction.Put(rows_, KeyOf(row.number), EncodeAuditRow(row));
}

// Rows are never removed, so their count is the last number.
std::uint64_t Audit::Next(WriteTransaction& transaction) const {
  return transaction.Count(rows_) + 1;
}

std::optional<AuditRow> Audit::Find(ReadTransaction& snapshot, std::uint64_t number) const {
  const auto bytes = snapshot.Get(rows_, KeyOf(number));
  auto row = bytes ? DecodeAuditRow(*bytes) : std::nullopt;
  if (row) row->number = number;
  return row;
}

void Audit::Scan(ReadTransaction& snapshot, rules::TimePoint since,
                 const std::function<bool(const AuditRow&)>& visit) const {
  // Starts at the first row: after a clock was set back, times are in another order than numbers.
  snapshot.Walk(rows_, {}, [&](std::string_view key, std::string_view value) {
    auto row = DecodeAuditRow(value);
    if (!row || row->time < since) return true;
    row->number = ByteReader(key).BigEndian(8);
    return visit(*row);
  });
}

}  // namespace cache
