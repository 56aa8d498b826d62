// rows:   reference (8 bytes, the high byte first) -> record
// record = version (2), state (0 waiting, 1 allowed, 2 refused), asked as time, turned away as time, client as address,
//          asker as text, text as text, 0 | 1 decided as time, by as text, target as text
//
// Version 1 has no target.
//
// The form of keys is versioned by the table's name.
#include "cache/requests/requests.h"

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

std::optional<RequestRow> Decode(std::string_view key, std::string_view value) {
  auto row = DecodeRequest(value);
  if (row) row->reference.code = ByteReader(key).BigEndian(kCodeBytes);
  return row;
}

// All rows that can be read.
template <class Transaction>
std::vector<RequestRow> ReadAll(Transaction& transaction, Table rows) {
  std::vector<RequestRow> all;
  transaction.Scan(rows, {}, [&](std::string_view key, std::string_view value) {
    if (auto row = Decode(key, value)) all.push_back(*std::move(row));
    return true;
  });
  return all;
}

struct Judged {
  Requests::Place place = Requests::Place::kFree;
  std::optional<rules::Reference> makes_way;
};

// REQUIRES: as many requests of `all` wait as the limit allows.
Judged JudgeFull(const std::vector<RequestRow>& all, const RequestRow& row) {
  std::vector<Holding> holdings;
  std::vector<rules::Reference> references;
  const auto add = [&](const RequestRow& one) {
    holdings.push_back({.client = one.client, .began = one.asked});
    references.push_back(one.reference);
  };
  for (const RequestRow& one : all) {
    if (one.state == RequestState::kWaiting) add(one);
  }
  add(row);
  const auto chosen = ChooseRows(holdings, 1);
  const bool is_newcomer = chosen.empty() || chosen.front().row + 1 == holdings.size();
  if (is_newcomer) return {.place = Requests::Place::kFull, .makes_way = {}};
  return {.place = Requests::Place::kFree, .makes_way = references[chosen.front().row]};
}

Judged Judge(const std::vector<RequestRow>& all, const RequestRow& row, const RequestLimits& limits) {
  std::size_t of_network = 0;
  std::size_t waiting = 0;
  for (const RequestRow& other : all) {
    if (other.reference == row.reference) return {.place = Requests::Place::kAskedBefore, .makes_way = {}};
    // After a clock was set back, requests with a time in the future count, too: they were made.
    if (other.asker == row.asker && row.asked - other.asked < kDay) ++of_network;
    if (other.state == RequestState::kWaiting) ++waiting;
  }
  if (of_network >= limits.of_network) return {.place = Requests::Place::kNetworkHasAsked, .makes_way = {}};
  if (waiting >= limits.waiting) return JudgeFull(all, row);
  return {};
}

}  // namespace

const char* Name(RequestState state) {
  switch (state) {
    case RequestState::kWaiting:
      return "waiting";
    case RequestState::kAllowed:
      return "allowed";
    case RequestState::kRefused:
      return "refused";
  }
  return "";
}

std::string EncodeRequest(const RequestRow& row) {
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

std::optional<RequestRow> DecodeRequest(std::string_view bytes) {
  ByteReader record(bytes);
  const std::uint8_t version = record.Byte();
  if (version != kVersion && version != kWithoutTarget) return std::nullopt;
  RequestRow row;
  const std::uint8_t state = record.Byte();
  row.asked = record.Time();
  row.turned_away = record.Time();
  row.client = record.Address();
  if (const std::string_view asker = record.Text(); !asker.empty()) row.asker = asker;
  row.text = record.Text();
  if (record.Byte() != 0) row.decided = record.Time();
  row.by = record.Text();
  if (version == kVersion) row.target = record.Text();
  if (!record.Finish() || state > static_cast<std::uint8_t>(RequestState::kRefused)) return std::nullopt;
  row.state = static_cast<RequestState>(state);
  return row;
}

std::vector<RequestRow> Requests::All(ReadTransaction& snapshot) const {
  auto all = ReadAll(snapshot, rows_);
  std::sort(all.begin(), all.end(), [](const RequestRow& a, const RequestRow& b) {
    return std::pair(a.asked, a.reference) < std::pair(b.asked, b.reference);
  });
  return all;
}

std::optional<RequestRow> Requests::Find(ReadTransaction& snapshot, const rules::Reference& reference) const {
  const std::string key = KeyOf(reference);
  const auto bytes = snapshot.Get(rows_, key);
  return bytes ? Decode(key, *bytes) : std::nullopt;
}

std::optional<RequestRow> Requests::Find(WriteTransaction& transaction, const rules::Reference& reference) const {
  const std::string key = KeyOf(reference);
  const auto bytes = transaction.Get(rows_, key);
  return bytes ? Decode(key, *bytes) : std::nullopt;
}

Requests::Place Requests::PlaceFor(ReadTransaction& snapshot, const RequestRow& row,
                                   const RequestLimits& limits) const {
  return Judge(ReadAll(snapshot, rows_), row, limits).place;
}

Status Requests::Add(WriteTransaction& transaction, const RequestRow& row, const RequestLimits& limits) const {
  const Judged judged = Judge(ReadAll(transaction, rows_), row, limits);
  if (judged.place != Place::kFree) return rules::Done{};
  if (judged.makes_way) {
    if (const auto deleted = transaction.Delete(rows_, KeyOf(*judged.makes_way)); !deleted) return deleted.error();
  }
  return Put(transaction, row);
}

Status Requests::Put(WriteTransaction& transaction, const RequestRow& row) const {
  return transaction.Put(rows_, KeyOf(row.reference), EncodeRequest(row));
}

Result<std::uint64_t> Requests::Drop(WriteTransaction& transaction, rules::TimePoint before, std::size_t most) const {
  std::vector<std::string> keys;
  transaction.Scan(rows_, {}, [&](std::string_view key, std::string_view value) {
    const auto row = DecodeRequest(value);
    if (!row || row->turned_away <= before) keys.emplace_back(key);
    return keys.size() < most;
  });
  for (const std::string& key : keys) {
    if (const auto deleted = transaction.Delete(rows_, key); !deleted) return deleted.error();
  }
  return std::uint64_t{keys.size()};
}

}  // namespace cache
