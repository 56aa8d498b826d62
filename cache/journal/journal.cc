// rows: UTC day (4 bytes, days since 1970), reference (8 bytes), both with the high byte first -> journal
//
// figures: "verdicts_dropped"                                                       -> version (1) count first last
//
// The form of keys is versioned by the table's name.
#include "cache/journal/journal.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "cache/entry.h"
#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr int kDayBytes = 4;
constexpr int kCodeBytes = 8;

constexpr std::size_t kMostLooks = 20'000;  // of one step, in about 2 ms

constexpr std::string_view kDropped = "verdicts_dropped";
constexpr std::uint8_t kDroppedVersion = 1;
constexpr rules::seconds kSpeaksOf{14 * 86400};

std::optional<Journal::Dropped> DecodeDropped(std::optional<std::string_view> bytes) {
  if (!bytes) return std::nullopt;
  ByteReader reader(*bytes);
  if (reader.Byte() != kDroppedVersion) return std::nullopt;
  Journal::Dropped dropped;
  dropped.count = reader.Number();
  dropped.first = reader.Time();
  dropped.last = reader.Time();
  if (!reader.Finish()) return std::nullopt;
  return dropped;
}

std::uint32_t DayOf(rules::TimePoint time) {
  const auto days = std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(days, 0));
}

std::string KeyOf(std::uint32_t day, const rules::Reference& reference) {
  ByteWriter key;
  key.BigEndian(day, kDayBytes);
  key.BigEndian(reference.code, kCodeBytes);
  return key.Take();
}

std::uint32_t DayOfKey(std::string_view key) {
  return static_cast<std::uint32_t>(ByteReader(key).BigEndian(kDayBytes));
}

// The first day, from `day` on, that has rows.
std::optional<std::uint32_t> NextDay(ReadTransaction& snapshot, Table rows, std::uint32_t day) {
  std::optional<std::uint32_t> found;
  snapshot.Scan(rows, KeyOf(day, {}), [&](std::string_view key, std::string_view) {
    found = DayOfKey(key);
    return false;
  });
  return found;
}

std::uint32_t AddTimes(std::uint32_t a, std::uint32_t b) {
  return a > std::numeric_limits<std::uint32_t>::max() - b ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

}  // namespace

void JournalTries::Add(const JournalTries& others) {
  first = std::min(first, others.first);
  last = std::max(last, others.last);
  times = AddTimes(times, others.times);
}

Journal::Journal(Environment& environment, Table figures) : rows_(environment.table(2)), figures_(figures) {}

std::optional<JournalRow> Journal::Find(ReadTransaction& snapshot, const rules::Reference& reference) const {
  std::optional<JournalRow> latest;
  for (auto day = NextDay(snapshot, rows_, 0); day; day = NextDay(snapshot, rows_, *day + 1)) {
    const auto bytes = snapshot.Get(rows_, KeyOf(*day, reference));
    auto row = bytes ? DecodeJournalRow(*bytes) : std::nullopt;
    if (row) latest = std::move(row);
  }
  return latest;
}

void Journal::Scan(ReadTransaction& snapshot, rules::TimePoint since,
                   const std::function<bool(const JournalRow&)>& visit, const Wanted& wanted) const {
  // All tries under one reference fall on one UTC day.
  snapshot.Walk(rows_, KeyOf(DayOf(since), {}), [&](std::string_view, std::string_view value) {
    const auto tries = DecodeTries(value);
    if (!tries || tries->last < since || (wanted && !wanted(*tries))) return true;
    const auto row = DecodeJournalRow(value);
    return !row || visit(*row);
  });
}

bool Journal::Has(WriteTransaction& transaction, const JournalTries& tries) const {
  return transaction.Get(rows_, KeyOf(DayOf(tries.first), tries.reference)).has_value();
}

Status Journal::Add(WriteTransaction& transaction, JournalRecord record) const {
  const std::string key = KeyOf(DayOf(record.tries.first), record.tries.reference);
  const auto bytes = transaction.Get(rows_, key);
  if (const auto known = bytes ? DecodeTries(*bytes) : std::nullopt) record.tries.Add(*known);
  record.tries.times = std::max(record.tries.times, 1U);  // a correction of a row that was lost
  return transaction.Put(rows_, key, EncodeJournal(record));
}

Status Journal::Add(WriteTransaction& transaction, const JournalRow& row) const {
  return Add(transaction, ToRecord(row));
}

Result<std::uint64_t> Journal::Drop(WriteTransaction& transaction, rules::TimePoint before, std::size_t steps) const {
  const std::uint32_t first_kept = DayOf(before);
  std::vector<std::string> keys;
  transaction.Scan(rows_, {}, [&](std::string_view key, std::string_view) {
    if (DayOfKey(key) >= first_kept || keys.size() == steps) return false;
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) {
    if (const Result<bool> deleted = transaction.Delete(rows_, key); !deleted) return deleted.error();
  }
  return std::uint64_t{keys.size()};
}

Result<std::uint64_t> Journal::Redate(WriteTransaction& transaction, rules::TimePoint now, std::size_t steps) const {
  std::vector<std::pair<std::string, std::optional<JournalRow>>> rows;
  const std::string first_ahead = KeyOf(DayOf(now + rules::kClockSlack) + 1, {});
  transaction.Scan(rows_, first_ahead, [&](std::string_view key, std::string_view value) {
    if (rows.size() == steps) return false;
    rows.emplace_back(key, DecodeJournalRow(value));
    return true;
  });
  for (auto& [key, row] : rows) {
    if (const Result<bool> deleted = transaction.Delete(rows_, key); !deleted) return deleted.error();
    if (!row) continue;  // nobody can read it
    row->first = row->last = now;
    if (const Status added = Add(transaction, *row); !added) return added.error();
  }
  return std::uint64_t{rows.size()};
}

Result<std::uint64_t> Journal::DropOld(WriteTransaction& transaction, std::string& position, rules::TimePoint before,
                                       std::size_t most) const {
  const std::uint32_t day = DayOf(before);
  std::vector<std::string> keys;
  std::size_t looks = 0;
  const std::string from = std::max(std::exchange(position, {}), KeyOf(day, {}));
  transaction.Scan(rows_, from, [&](std::string_view key, std::string_view value) {
    if (DayOfKey(key) != day) return false;
    if (looks++ == kMostLooks || keys.size() == most) {
      position = key;
      return false;
    }
    const auto tries = DecodeTries(value);
    if (!tries || tries->first <= before) keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) {
    if (const Result<bool> deleted = transaction.Delete(rows_, key); !deleted) return deleted.error();
  }
  return std::uint64_t{keys.size()};
}

Result<std::uint64_t> Journal::Evict(WriteTransaction& transaction, std::string& position,
                                     const Eviction& eviction) const {
  const auto evicted = PushOut(transaction, rows_, position, eviction, [](std::string_view, std::string_view value) {
    return DecodeJournalHolding(value).value_or(Holding{});
  });
  if (!evicted) return evicted.error();
  return std::uint64_t{evicted->size()};
}

Status Journal::CountDropped(WriteTransaction& transaction, std::uint64_t count, rules::TimePoint now) const {
  auto dropped = DecodeDropped(transaction.Get(figures_, kDropped));
  // A later try may have another cause.
  if (!dropped || now - dropped->last > kSpeaksOf) dropped = Dropped{.count = 0, .first = now, .last = now};
  ByteWriter record;
  record.Byte(kDroppedVersion);
  record.Number(dropped->count + count);
  record.Time(dropped->first);
  record.Time(now);
  return transaction.Put(figures_, kDropped, record.Take());
}

std::optional<Journal::Dropped> Journal::GetDropped(ReadTransaction& snapshot) const {
  return DecodeDropped(snapshot.Get(figures_, kDropped));
}

}  // namespace cache
