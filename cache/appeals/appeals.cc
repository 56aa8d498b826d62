// rows:   reference (8 bytes, the high byte first) -> record
// record = version (2), state (0 waiting, 1 allowed, 2 refused), asked as time, turned away as time, client as address,
//          asker as text, text as text, 0 | 1 decided as time, by as text, target as text
//
// Version 1 has no target.
//
// The form of keys is versioned by the table's name.
#include "cache/appeals/appeals.h"

#include <algorithm>
#include <utility>

#include "cache/lmdb/bytes.h"
#include "cache/shares/shares.h"

namespace cache {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kWithoutTarget = 1;
constexpr int kCodeBytes = 8;
constexpr rules::seconds kDay{86400};

std::string KeyOf(const rules::Reference& reference) {
  ByteWriter key;
  key.BigEndian(reference.code, kCodeBytes);
  return key.Take();
}

std::optional<AppealRow> Decode(std::string_view key, std::string_view value) {
  auto row = DecodeAppeal(value);
  if (row) row->reference.code = ByteReader(key).BigEndian(kCodeBytes);
  return row;
}

// All rows that can be read.
template <class Transaction>
std::vector<AppealRow> ReadAll(Transaction& transaction, Table rows) {
  std::vector<AppealRow> all;
  transaction.Scan(rows, {}, [&](std::string_view key, std::string_view value) {
    if (auto row = Decode(key, value)) all.push_back(*std::move(row));
    return true;
  });
  return all;
}

struct Judged {
  Appeals::Place place = Appeals::Place::kFree;
  std::optional<rules::Reference> makes_way;
};

// REQUIRES: as many appeals of `all` wait as the limit allows.
Judged JudgeFull(const std::vector<AppealRow>& all, const AppealRow& row) {
  std::vector<Holding> holdings;
  std::vector<rules::Reference> references;
  const auto add = [&](const AppealRow& one) {
    holdings.push_back({.client = one.client, .began = one.asked});
    references.push_back(one.reference);
  };
  for (const AppealRow& one : all) {
    if (one.state == AppealState::kWaiting) add(one);
  }
  add(row);
  const auto chosen = ChooseRows(holdings, 1);
  const bool is_newcomer = chosen.empty() || chosen.front().row + 1 == holdings.size();
  if (is_newcomer) return {.place = Appeals::Place::kFull, .makes_way = {}};
  return {.place = Appeals::Place::kFree, .makes_way = references[chosen.front().row]};
}

Judged Judge(const std::vector<AppealRow>& all, const AppealRow& row, const AppealLimits& limits) {
  std::size_t of_network = 0;
  std::size_t waiting = 0;
  for (const AppealRow& other : all) {
    if (other.reference == row.reference) return {.place = Appeals::Place::kAskedBefore, .makes_way = {}};
    // After a clock was set back, appeals with a time in the future count, too: they were made.
    if (other.asker == row.asker && row.asked - other.asked < kDay) ++of_network;
    if (other.state == AppealState::kWaiting) ++waiting;
  }
  if (of_network >= limits.of_network) return {.place = Appeals::Place::kNetworkHasAsked, .makes_way = {}};
  if (waiting >= limits.waiting) return JudgeFull(all, row);
  return {};
}

}  // namespace

const char* Name(AppealState state) {
  switch (state) {
    case AppealState::kWaiting:
      return "waiting";
    case AppealState::kAllowed:
      return "allowed";
    case AppealState::kRefused:
      return "refused";
  }
  return "";
}

std::string EncodeAppeal(const AppealRow& row) {
  ByteWriter record;
  record.Byte(kVersion);
  record.Byte(static_cast<std::uint8_t>(row.state));
  record.Time(row.asked);
  record.Time(row.turned_away);
  record.Address(row.client);
  record.Text(row.asker.value_or(""));
  record.Text(row.text);
  record.Byte(row.decided ? 1 : 0);
  if (row.decided) record.Time(*row.decided);
  record.Text(row.by);
  record.Text(row.target);
  return record.Take();
}

std::optional<AppealRow> DecodeAppeal(std::string_view bytes) {
  ByteReader record(bytes);
  const std::uint8_t version = record.Byte();
  if (version != kVersion && version != kWithoutTarget) return std::nullopt;
  AppealRow row;
  const std::uint8_t state = record.Byte();
  row.asked = record.Time();
  row.turned_away = record.Time();
  row.client = record.Address();
  if (const std::string_view asker = record.Text(); !asker.empty()) row.asker = asker;
  row.text = record.Text();
  if (record.Byte() != 0) row.decided = record.Time();
  row.by = record.Text();
  if (version == kVersion) row.target = record.Text();
  if (!record.Finish() || state > static_cast<std::uint8_t>(AppealState::kRefused)) return std::nullopt;
  row.state = static_cast<AppealState>(state);
  return row;
}

std::vector<AppealRow> Appeals::All(ReadTransaction& snapshot) const {
  auto all = ReadAll(snapshot, rows_);
  std::sort(all.begin(), all.end(), [](const AppealRow& a, const AppealRow& b) {
    return std::pair(a.asked, a.reference) < std::pair(b.asked, b.reference);
  });
  return all;
}

std::optional<AppealRow> Appeals::Find(ReadTransaction& snapshot, const rules::Reference& reference) const {
  const std::string key = KeyOf(reference);
  const auto bytes = snapshot.Get(rows_, key);
  return bytes ? Decode(key, *bytes) : std::nullopt;
}

std::optional<AppealRow> Appeals::Find(WriteTransaction& transaction, const rules::Reference& reference) const {
  const std::string key = KeyOf(reference);
  const auto bytes = transaction.Get(rows_, key);
  return bytes ? Decode(key, *bytes) : std::nullopt;
}

Appeals::Place Appeals::PlaceFor(ReadTransaction& snapshot, const AppealRow& row, const AppealLimits& limits) const {
  return Judge(ReadAll(snapshot, rows_), row, limits).place;
}

Status Appeals::Add(WriteTransaction& transaction, const AppealRow& row, const AppealLimits& limits) const {
  const Judged judged = Judge(ReadAll(transaction, rows_), row, limits);
  if (judged.place != Place::kFree) return rules::Done{};
  if (judged.makes_way) {
    if (const auto deleted = transaction.Delete(rows_, KeyOf(*judged.makes_way)); !deleted) return deleted.error();
  }
  return Put(transaction, row);
}

Status Appeals::Put(WriteTransaction& transaction, const AppealRow& row) const {
  return transaction.Put(rows_, KeyOf(row.reference), EncodeAppeal(row));
}

Result<std::uint64_t> Appeals::Drop(WriteTransaction& transaction, rules::TimePoint before, std::size_t most) const {
  std::vector<std::string> keys;
  transaction.Scan(rows_, {}, [&](std::string_view key, std::string_view value) {
    const auto row = DecodeAppeal(value);
    if (!row || row->turned_away <= before) keys.emplace_back(key);
    return keys.size() < most;
  });
  for (const std::string& key : keys) {
    if (const auto deleted = transaction.Delete(rows_, key); !deleted) return deleted.error();
  }
  return std::uint64_t{keys.size()};
}

}  // namespace cache
