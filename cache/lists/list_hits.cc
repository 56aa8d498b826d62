// rows: list (1 byte), target as it is printed -> version created count last
//
// number and time are those of cache/lmdb/bytes.h.  Targets of different kinds never have the same text.
#include "cache/lists/list_hits.h"

#include <algorithm>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kHitsVersion = 1;
constexpr std::size_t kTable = 6;  // of records/, see stores.cc

std::string HitsKey(rules::ListKind list, const rules::Target& target) {
  return std::string(1, static_cast<char>(list)) + target.text;
}

struct Record {
  rules::TimePoint created{};
  EntryHits hits;
};

std::string Encode(const Record& record) {
  ByteWriter writer;
  writer.Byte(kHitsVersion);
  writer.Time(record.created);
  writer.Number(record.hits.count);
  writer.Time(record.hits.last);
  return writer.Take();
}

std::optional<Record> Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kHitsVersion) return std::nullopt;
  Record record;
  record.created = reader.Time();
  record.hits.count = reader.Number();
  record.hits.last = reader.Time();
  if (!reader.Finish()) return std::nullopt;
  return record;
}

}  // namespace

ListHits::ListHits(Environment& environment) : rows_(environment.table(kTable)) {}

std::optional<EntryHits> ListHits::Get(ReadTransaction& snapshot, const rules::ListEntry& entry) const {
  const auto bytes = snapshot.Get(rows_, HitsKey(entry.list, entry.target));
  const auto record = bytes ? Decode(*bytes) : std::nullopt;
  if (!record || record->created != entry.created) return std::nullopt;
  return record->hits;
}

Status ListHits::Add(WriteTransaction& transaction, const EntryHitsRow& row) const {
  const std::string key = HitsKey(row.list, row.target);
  Record record{.created = row.created, .hits = row.hits};
  const auto bytes = transaction.Get(rows_, key);
  const auto known = bytes ? Decode(*bytes) : std::nullopt;
  if (known && known->created == row.created) {
    record.hits.count += known->hits.count;
    const bool was_ahead = rules::IsFromFuture(known->hits.last, record.hits.last);
    if (!was_ahead) record.hits.last = std::max(record.hits.last, known->hits.last);
  }
  return transaction.Put(rows_, key, Encode(record));
}

void HitTally::Count(const rules::ListEntry& entry, rules::TimePoint now) {
  EntryHitsRow& row = rows_[{entry.list, entry.target.text}];
  // The entry was replaced since: the hits of the old one are not those of the new one.
  if (row.created != entry.created) row.hits = {};
  row.list = entry.list;
  row.target = entry.target;
  row.created = entry.created;
  ++row.hits.count;
  row.hits.last = rules::IsFromFuture(row.hits.last, now) ? now : std::max(row.hits.last, now);
}

std::vector<EntryHitsRow> HitTally::TakeAll() {
  std::vector<EntryHitsRow> rows;
  for (auto& [key, row] : std::exchange(rows_, {})) rows.push_back(std::move(row));
  return rows;
}

}  // namespace cache
