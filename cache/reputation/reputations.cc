// rows:   client key's hash (8 bytes, the high byte first) -> record
// record = version (1), network, newest day as number of days since 2020-01-01, days as number, day...
// network = 4, the 3 bytes of a /24 | 6, the 8 bytes of a /64
// day    = the newest first: gap and marks (1 byte), [gap as number], a number for each mark
// gap    = days since the newer one, less one: in the upper 3 bits, where 7 says that a number follows
// marks  = in the lower 5 bits, from the lowest: let in, turned away, greylisted, came back, listed; a count of 0 has
//          none
//
// The form of keys is versioned by the table's name.
#include "cache/reputation/reputations.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "cache/lmdb/bytes.h"
#include "cache/shares/shares.h"

namespace cache {
namespace {

using rules::CountedDay;
using rules::DailyCounts;
using rules::Day;
using rules::DayCounts;

constexpr std::uint8_t kVersion = 1;
constexpr int kKeyBytes = 8;
constexpr Day kFirstDay{std::chrono::year{2020} / 1 / 1};
constexpr unsigned kMarkBits = 5;
constexpr std::uint64_t kLongGap = 7;
constexpr std::size_t kMaxDays = 128;
constexpr std::size_t kProvenDays = 3;

constexpr std::array kCounts{&DayCounts::let_in, &DayCounts::turned_away, &DayCounts::greylisted, &DayCounts::came_back,
                             &DayCounts::listed};

constexpr rules::seconds kTakenAtMostEvery{10};  // however many keys come
constexpr std::size_t kPushedOut = ReputationTally::kMost / 4;

struct Record {
  rules::IpAddress network;
  DailyCounts days;
};

std::string KeyOf(ClientHash key) {
  ByteWriter writer;
  writer.BigEndian(key, kKeyBytes);
  return writer.Take();
}

std::size_t NetworkBytes(bool is_v4) {
  return is_v4 ? 3 : 8;
}

void WriteNetwork(ByteWriter& writer, const rules::IpAddress& client) {
  writer.Byte(client.is_v4() ? 4 : 6);
  for (const std::uint8_t byte : client.bytes().first(NetworkBytes(client.is_v4()))) writer.Byte(byte);
}

rules::IpAddress ReadNetwork(ByteReader& reader) {
  const std::uint8_t family = reader.Byte();
  if (family != 4 && family != 6) reader.Refuse();
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < NetworkBytes(family == 4); ++i) bytes[i] = reader.Byte();
  return rules::IpAddress::FromBytes(std::span(bytes).first(family == 4 ? 4 : 16));
}

std::uint64_t NumberOf(Day day) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>((day - kFirstDay).count(), 0));
}

std::string Encode(const Record& record) {
  ByteWriter writer;
  writer.Byte(kVersion);
  WriteNetwork(writer, record.network);
  std::uint64_t newer = record.days.empty() ? 0 : NumberOf(record.days.back().day);
  writer.Number(newer);
  writer.Number(record.days.size());
  ++newer;
  for (auto one = record.days.rbegin(); one != record.days.rend(); ++one) {
    const std::uint64_t number = NumberOf(one->day);
    const std::uint64_t gap = newer - std::min(newer, number + 1);
    newer = number;
    unsigned marks = 0;
    for (std::size_t i = 0; i < kCounts.size(); ++i) marks |= one->counts.*kCounts[i] > 0 ? 1U << i : 0U;
    writer.Byte(static_cast<std::uint8_t>(std::min(gap, kLongGap) << kMarkBits | marks));
    if (gap >= kLongGap) writer.Number(gap);
    for (const auto count : kCounts) {
      if (one->counts.*count > 0) writer.Number(one->counts.*count);
    }
  }
  return writer.Take();
}

std::optional<Record> Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kVersion) return std::nullopt;
  Record record;
  record.network = ReadNetwork(reader);
  constexpr std::uint64_t kFarthest = 1'000'000;  // days
  std::uint64_t newer = std::min(reader.Number(), kFarthest) + 1;
  const std::size_t count = reader.Count(kMaxDays);
  for (std::size_t i = 0; i < count && reader.is_sound(); ++i) {
    const std::uint8_t head = reader.Byte();
    std::uint64_t gap = head >> kMarkBits;
    if (gap == kLongGap) gap = reader.Number();
    if (gap >= newer) return std::nullopt;
    newer -= gap + 1;
    CountedDay one{.day = kFirstDay + std::chrono::days{newer}, .counts = {}};
    for (std::size_t mark = 0; mark < kCounts.size(); ++mark) {
      if ((head >> mark & 1U) != 0) one.counts.*kCounts[mark] = static_cast<std::uint32_t>(reader.Number());
    }
    record.days.push_back(one);
  }
  if (!reader.Finish()) return std::nullopt;
  std::ranges::reverse(record.days);
  return record;
}

// A row that cannot be read is over, too.
Holding ReadHolding(std::string_view value, Day today) {
  auto record = Decode(value);
  if (!record) return {.client = {}, .began = {}, .standing = Standing::kOver};
  KeepDays(record->days, today);
  if (record->days.empty()) return {.client = record->network, .began = {}, .standing = Standing::kOver};
  return {.client = record->network,
          .began = record->days.front().day,
          .standing = record->days.size() >= kProvenDays ? Standing::kProven : Standing::kNew};
}

}  // namespace

DailyCounts Reputations::Get(ReadTransaction& snapshot, ClientHash key) const {
  const auto bytes = snapshot.Get(rows_, KeyOf(key));
  auto record = bytes ? Decode(*bytes) : std::nullopt;
  return record ? std::move(record->days) : DailyCounts{};
}

Status Reputations::Add(WriteTransaction& transaction, const ReputationRow& row) const {
  const std::string key = KeyOf(row.key);
  const auto bytes = transaction.Get(rows_, key);
  auto record = bytes ? Decode(*bytes) : std::nullopt;
  if (!record) record = Record{.network = row.client, .days = {}};
  KeepDays(record->days, row.counted.day);
  AddDay(record->days, row.counted);
  return transaction.Put(rows_, key, Encode(*record));
}

Result<Swept> Reputations::Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                                 Day today) const {
  const std::array tables{rows_};
  return StepThrough(transaction, tables, position, stride, stride.rows,
                     [today](std::size_t, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
                       if (ReadHolding(value, today).standing != Standing::kOver) return std::nullopt;
                       return 0;
                     });
}

Result<std::uint64_t> Reputations::Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                                         Day today) const {
  const auto evicted =
      cache::PushOut(transaction, rows_, position, eviction,
                     [today](std::string_view, std::string_view value) { return ReadHolding(value, today); });
  if (!evicted) return evicted.error();
  return std::uint64_t{evicted->size()};
}

bool ReputationTally::Count(ClientHash key, const rules::IpAddress& client, const DayCounts& counts,
                            rules::TimePoint now) {
  if (keys_.empty()) day_ = rules::DayOf(now);
  Counted& counted = keys_[key];
  if (counted.counts.empty()) {
    counted.client = client;
    counted.began = now;
  }
  counted.counts.Add(counts);
  if (keys_.size() < kMost) return false;
  if (now < taken_ || now - taken_ >= kTakenAtMostEvery) return true;
  PushOut();
  return false;
}

std::vector<ReputationRow> ReputationTally::TakeAll(rules::TimePoint now) {
  taken_ = now;
  std::vector<ReputationRow> rows;
  rows.reserve(keys_.size());
  for (const auto& [key, counted] : std::exchange(keys_, {})) {
    rows.push_back({.key = key, .client = counted.client, .counted = {.day = day_, .counts = counted.counts}});
  }
  std::ranges::sort(rows, {}, &ReputationRow::key);
  return rows;
}

void ReputationTally::PushOut() {
  std::vector<ClientHash> keys;
  std::vector<Holding> holdings;
  for (const auto& [key, counted] : keys_) {
    keys.push_back(key);
    holdings.push_back({.client = counted.client, .began = counted.began});
  }
  for (const ChosenRow& chosen : ChooseRows(holdings, kPushedOut)) keys_.erase(keys[chosen.row]);
}

}  // namespace cache
