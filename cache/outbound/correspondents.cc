// rows:   hash of their address, hash of ours (8 bytes each, the high byte first) -> record
// record = version (1), day as number of days since 2020-01-01, account (4 bytes of its hash)
//
// number is that of cache/lmdb/bytes.h; hashes are of addresses in lower case.  The form of keys is versioned by the
// table's name.
#include "cache/outbound/correspondents.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "cache/lmdb/bytes.h"
#include "rules/values/ascii.h"

namespace cache {
namespace {

using rules::Day;
using rules::TimePoint;

constexpr std::uint8_t kCorrespondentVersion = 1;
constexpr int kHashBytes = 8, kAccountBytes = 4;
constexpr Day kFirstDay{std::chrono::year{2020} / 1 / 1};
constexpr std::size_t kMostDays = 1'000'000;
constexpr std::size_t kSmallShare = 32;  // an account that holds less than one row in so many is left alone

struct Record {
  Day day{};
  std::uint32_t account = 0;

  bool operator==(const Record&) const = default;
};

std::string Encode(const Record& record) {
  ByteWriter writer;
  writer.Byte(kCorrespondentVersion);
  writer.Number(static_cast<std::uint64_t>(std::max<std::int64_t>((record.day - kFirstDay).count(), 0)));
  writer.BigEndian(record.account, kAccountBytes);
  return writer.Take();
}

std::optional<Record> Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Byte() != kCorrespondentVersion) return std::nullopt;
  Record record;
  record.day = kFirstDay + std::chrono::days{reader.Count(kMostDays)};
  record.account = static_cast<std::uint32_t>(reader.BigEndian(kAccountBytes));
  if (!reader.Finish()) return std::nullopt;
  return record;
}

std::string PrefixOf(std::uint64_t theirs) {
  ByteWriter key(2 * kHashBytes);
  key.BigEndian(theirs, kHashBytes);
  return key.Take();
}

std::string KeyOf(std::uint64_t theirs, std::uint64_t ours) {
  ByteWriter key(2 * kHashBytes);
  key.BigEndian(theirs, kHashBytes);
  key.BigEndian(ours, kHashBytes);
  return key.Take();
}

bool IsAhead(const Record& record, TimePoint now) {
  return rules::IsFromFuture(TimePoint{record.day}, now);
}

bool IsOver(const Record& record, TimePoint now) {
  return rules::DayOf(now) - record.day > Correspondents::kKept;
}

struct Sampled {
  std::string key;
  std::optional<Record> record;  // nothing: it cannot be read
};

// Looks at rows from `position` on, at the end once more from the beginning.
Result<std::vector<Sampled>> TakeSample(WriteTransaction& transaction, Table table, std::string& position,
                                        std::size_t count) {
  std::vector<Sampled> sample;
  for (int rounds = 0; rounds < 2 && sample.size() < count; ++rounds) {
    const bool is_whole = position.empty();
    const auto looked = StepThrough(transaction, std::array{table}, position, {.rows = count - sample.size()}, 0,
                                    [&](std::size_t, std::string_view key, std::string_view value) {
                                      sample.push_back({.key = std::string(key), .record = Decode(value)});
                                      return std::optional<std::int64_t>();
                                    });
    if (!looked) return looked.error();
    if (is_whole) break;
  }
  return sample;
}

// How soon a row goes, the greatest first: is it over, how far is it above its account's small share, how old is it?
using Turn = std::tuple<bool, std::size_t, std::int64_t>;

std::vector<std::string> ChooseKeys(std::vector<Sampled> sample, std::size_t count, TimePoint now) {
  // The newest rows of an account first: each learns how many newer ones there are.
  std::ranges::stable_sort(sample, std::ranges::greater(),
                           [](const Sampled& one) { return one.record ? one.record->day : Day{}; });
  const std::size_t small_share = sample.size() / kSmallShare;
  std::unordered_map<std::uint32_t, std::size_t> newer;
  std::vector<std::pair<Turn, std::size_t>> turns;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto& record = sample[i].record;
    if (!record || IsOver(*record, now)) {
      turns.emplace_back(Turn{true, 0, 0}, i);
      continue;
    }
    const std::size_t place = newer[record->account]++;
    turns.emplace_back(Turn{false, place > small_share ? place : 0, -record->day.time_since_epoch().count()}, i);
  }
  std::ranges::sort(turns, std::ranges::greater());
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < std::min(count, turns.size()); ++i) keys.push_back(sample[turns[i].second].key);
  return keys;
}

}  // namespace

std::uint64_t Correspondents::HashOf(std::string_view address) const {
  return rules::SipHash(secret_, rules::LowerAscii(address));
}

bool Correspondents::Knows(ReadTransaction& snapshot, std::string_view ours, std::string_view theirs,
                           TimePoint now) const {
  const auto bytes = snapshot.Get(rows_, KeyOf(HashOf(theirs), HashOf(ours)));
  const auto record = bytes ? Decode(*bytes) : std::nullopt;
  return record && !IsOver(*record, now);
}

bool Correspondents::KnowsAny(ReadTransaction& snapshot, std::string_view theirs, TimePoint now) const {
  const std::string prefix = PrefixOf(HashOf(theirs));
  bool is_known = false;
  snapshot.Scan(rows_, prefix, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    const auto record = Decode(value);
    is_known = record && !IsOver(*record, now);
    return !is_known;
  });
  return is_known;
}

Status Correspondents::Add(WriteTransaction& transaction, const CorrespondentRow& row) const {
  if (row.ours.empty() || row.theirs.empty()) return rules::Done{};
  const std::string key = KeyOf(HashOf(row.theirs), HashOf(row.ours));
  const Record record{.day = row.day,
                      .account = static_cast<std::uint32_t>(HashOf(row.account.empty() ? row.ours : row.account))};
  const auto bytes = transaction.Get(rows_, key);
  if (bytes && Decode(*bytes) == record) return rules::Done{};  // most are written to more than once a day
  return transaction.Put(rows_, key, Encode(record));
}

Result<Swept> Correspondents::Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                                    TimePoint now) const {
  std::vector<Sampled> ahead;
  const auto judge = [&](std::size_t, std::string_view key, std::string_view value) -> std::optional<std::int64_t> {
    const auto record = Decode(value);
    if (!record || IsOver(*record, now)) return 0;
    if (IsAhead(*record, now)) ahead.push_back({.key = std::string(key), .record = record});
    return std::nullopt;
  };
  auto swept = StepThrough(transaction, std::array{rows_}, position, stride, stride.rows, judge);
  if (!swept) return swept;
  for (const Sampled& one : ahead) {
    const Record today{.day = rules::DayOf(now), .account = one.record->account};
    if (Status put = transaction.Put(rows_, one.key, Encode(today)); !put) return put.error();
  }
  swept->redated = ahead.size();
  return swept;
}

Result<std::uint64_t> Correspondents::Evict(WriteTransaction& transaction, std::string& position,
                                            const Eviction& eviction, TimePoint now) const {
  auto sample = TakeSample(transaction, rows_, position, eviction.of_rows);
  if (!sample) return sample.error();
  std::uint64_t removed = 0;
  for (const std::string& key : ChooseKeys(*std::move(sample), eviction.rows, now)) {
    const Result<bool> deleted = transaction.Delete(rows_, key);
    if (!deleted) return deleted.error();
    removed += *deleted ? 1 : 0;
  }
  return removed;
}

}  // namespace cache
