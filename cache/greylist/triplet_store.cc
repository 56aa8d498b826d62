// triplets: hash of client key, hash of (sender, 0, recipient), 8 bytes each -> triplet
// passes:   host name or network as text -> passes
//
// The forms of keys are versioned by the tables' names.
#include "cache/greylist/triplet_store.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "cache/lmdb/bytes.h"
#include "rules/greylist/greylist.h"

namespace cache {
namespace {

constexpr std::size_t kMaxName = 255;  // a host name has 253 bytes at most
constexpr int kHashBytes = 8;

std::string_view NameKey(std::string_view name) {
  return name.substr(0, kMaxName);
}

std::string PrefixOf(ClientHash client) {
  ByteWriter prefix;
  prefix.BigEndian(client, kHashBytes);
  return prefix.Take();
}

ClientHash ClientOf(std::string_view key) {
  return ByteReader(key).BigEndian(kHashBytes);
}

// Both halves of a key are keyed hashes already.
std::uint64_t MarkOf(std::string_view key) {
  ByteReader reader(key);
  const std::uint64_t client = reader.BigEndian(kHashBytes);
  const std::uint64_t mail = reader.BigEndian(kHashBytes);
  return client ^ std::rotl(mail, 32);
}

// A row without a client counts for its client key, as a network of its own; a row that cannot be read has expired.
Holding HoldingOfKey(std::string_view key, const std::optional<rules::Triplet>& record) {
  std::array<std::uint8_t, 16> address{};
  std::copy_n(key.begin(), std::min<std::size_t>(key.size(), kHashBytes), address.begin());
  const auto client = rules::IpAddress::FromBytes(address);
  if (!record) return {.client = client, .began = {}, .standing = Standing::kOver};
  return {.client = client,
          .began = record->first_seen,
          .standing = record->is_waiting() ? Standing::kNew : Standing::kProven};
}

// A row that waits since a time in the future would be the last to be removed; without the row its client waits no
// longer.
bool HasEnded(const rules::Triplet& record, const TripletStore::Ends& ends) {
  if (!record.is_waiting()) return record.last_seen < ends.confirmed_before;
  return record.first_seen < ends.waiting_before || rules::IsFromFuture(record.first_seen, ends.now);
}

// A row to be written anew.
struct Row {
  std::size_t table = 0;
  std::string key, value;
};

// The bytes of a confirmed record that was written while the clock was ahead, corrected to now; nothing for other
// records.
std::optional<std::string> SettledRecord(std::string_view value, rules::TimePoint now) {
  auto row = DecodeTriplet(value);
  if (!row || row->record.is_waiting() || !rules::IsFromFuture(row->record.last_seen, now)) return std::nullopt;
  row->record.first_seen = std::min(row->record.first_seen, now);
  row->record.last_seen = now;
  return EncodeTriplet(*row);
}

std::optional<std::int64_t> SweepPasses(std::string_view key, std::string_view value, const TripletStore::Ends& ends,
                                        std::vector<Row>& redated) {
  const auto count = DecodePasses(value);
  if (!count || count->last_pass < ends.confirmed_before || !rules::IsEarnedKey(key)) return 0;
  if (rules::IsFromFuture(count->last_pass, ends.now)) {
    redated.push_back({1, std::string(key), EncodePasses({.passes = count->passes, .last_pass = ends.now})});
  }
  return std::nullopt;
}

}  // namespace

TripletStore::TripletStore(Environment& environment, const rules::HashKey& secret, Table figures)
    : triplets_(environment.table(0)), passes_(environment.table(1)), figures_(figures), secret_(secret) {}

ClientHash TripletStore::HashOf(std::string_view client_key) const {
  return rules::SipHash(secret_, client_key);
}

// The hash is keyed: strangers choose senders, and could otherwise aim at another sender's row.
std::string TripletStore::KeyOf(const TripletId& id) const {
  std::string mail;
  mail.reserve(id.sender.size() + 1 + id.recipient.size());
  mail += id.sender;
  mail += '\0';
  mail += id.recipient;
  ByteWriter key(2 * kHashBytes);
  key.BigEndian(HashOf(id.client_key), kHashBytes);
  key.BigEndian(rules::SipHash(secret_, mail), kHashBytes);
  return key.Take();
}

std::optional<rules::Triplet> TripletStore::Get(ReadTransaction& snapshot, const TripletId& id) const {
  const auto bytes = snapshot.Get(triplets_, KeyOf(id));
  return bytes ? DecodeTripletRecord(*bytes) : std::nullopt;
}

std::optional<rules::Triplet> TripletStore::GetPushedOut(const TripletId& id, rules::TimePoint now) const {
  const auto first_seen = pushed_out_->Find(MarkOf(KeyOf(id)), now);
  if (!first_seen) return std::nullopt;
  return rules::Triplet{.first_seen = *first_seen, .last_seen = *first_seen, .passes = 0};
}

std::optional<rules::AutoWhitelistCount> TripletStore::GetPasses(ReadTransaction& snapshot,
                                                                 std::string_view name) const {
  const auto bytes = snapshot.Get(passes_, NameKey(name));
  return bytes ? DecodePasses(*bytes) : std::nullopt;
}

Result<int> TripletStore::Put(WriteTransaction& transaction, const TripletId& id, const rules::Triplet& record) const {
  const std::string key = KeyOf(id);
  const auto bytes = transaction.Get(triplets_, key);
  const auto before = bytes ? DecodeTripletRecord(*bytes) : std::nullopt;
  const int change = (record.is_waiting() ? 1 : 0) - (before && before->is_waiting() ? 1 : 0);
  const TripletRow row{.client_key = std::string(id.client_key),
                       .sender = std::string(id.sender),
                       .recipient = std::string(id.recipient),
                       .record = record,
                       .client = id.client};
  if (const Status put = transaction.Put(triplets_, key, EncodeTriplet(row)); !put) return put.error();
  if (const Status counted = figures_.AddWaiting(transaction, change); !counted) return counted.error();
  return change;
}

Status TripletStore::PutPasses(WriteTransaction& transaction, std::string_view name,
                               const rules::AutoWhitelistCount& count) const {
  return transaction.Put(passes_, NameKey(name), EncodePasses(count));
}

Result<bool> TripletStore::Remove(WriteTransaction& transaction, const TripletId& id) const {
  const std::string key = KeyOf(id);
  const auto bytes = transaction.Get(triplets_, key);
  const auto before = bytes ? DecodeTripletRecord(*bytes) : std::nullopt;
  const Status counted = figures_.AddWaiting(transaction, before && before->is_waiting() ? -1 : 0);
  if (!counted) return counted.error();
  return transaction.Delete(triplets_, key);
}

Result<std::uint64_t> TripletStore::RemoveWaiting(WriteTransaction& transaction, std::string_view client_key,
                                                  std::size_t most) const {
  const std::string prefix = PrefixOf(HashOf(client_key));
  std::vector<std::string> keys;
  transaction.Scan(triplets_, prefix, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix) || keys.size() == most) return false;
    const auto record = DecodeTripletRecord(value);
    if (record && record->is_waiting()) keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) {
    if (const auto deleted = transaction.Delete(triplets_, key); !deleted) return deleted.error();
  }
  const Status counted = figures_.AddWaiting(transaction, -static_cast<std::int64_t>(keys.size()));
  if (!counted) return counted.error();
  return std::uint64_t{keys.size()};
}

void TripletStore::Scan(ReadTransaction& snapshot, const std::function<bool(const TripletRow&)>& visit) const {
  snapshot.Walk(triplets_, {}, [&](std::string_view, std::string_view value) {
    const auto row = DecodeTriplet(value);
    return !row || !row->record.is_waiting() || visit(*row);
  });
}

void TripletStore::ScanClient(ReadTransaction& snapshot, std::string_view client_key, const Visit& visit) const {
  const std::string prefix = PrefixOf(HashOf(client_key));
  snapshot.Walk(triplets_, prefix, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    const auto row = DecodeTriplet(value);
    return !row || !row->record.is_waiting() || visit(*row);
  });
}

void TripletStore::ScanPasses(
    ReadTransaction& snapshot,
    const std::function<bool(std::string_view name, const rules::AutoWhitelistCount&)>& visit) const {
  snapshot.Walk(passes_, {}, [&](std::string_view name, std::string_view value) {
    const auto count = DecodePasses(value);
    return !count || visit(name, *count);
  });
}

Result<Swept> TripletStore::Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                                  const Ends& ends, const std::function<void(ClientHash)>& waits) const {
  std::int64_t ended = 0;  // of the waiting ones
  std::vector<Row> redated;
  const RankOf judge = [&](std::size_t table, std::string_view key,
                           std::string_view value) -> std::optional<std::int64_t> {
    if (table == 1) return SweepPasses(key, value, ends, redated);
    const auto record = DecodeTripletRecord(value);
    const bool is_waiting = record && record->is_waiting();
    if (record && !HasEnded(*record, ends)) {
      if (is_waiting) waits(ClientOf(key));
      if (auto settled = SettledRecord(value, ends.now)) redated.push_back({0, std::string(key), *settled});
      return std::nullopt;
    }
    ended += is_waiting ? 1 : 0;
    return 0;
  };
  auto swept = StepThrough(transaction, std::array{triplets_, passes_}, position, stride, stride.rows, judge);
  if (!swept) return swept;
  for (const Row& row : redated) {
    if (const Status put = transaction.Put(row.table == 0 ? triplets_ : passes_, row.key, row.value); !put) {
      return put.error();
    }
  }
  swept->removed += redated.size();
  if (const Status counted = figures_.AddWaiting(transaction, -ended); !counted) return counted.error();
  return swept;
}

Result<std::uint64_t> TripletStore::Evict(WriteTransaction& transaction, std::string& position,
                                          const Eviction& eviction, Among among) const {
  const HoldingOf holding_of = [among](std::string_view key, std::string_view value) -> std::optional<Holding> {
    const auto record = DecodeTripletRecord(value);
    if (record && !record->is_waiting() && among == Among::kWaiting) return std::nullopt;
    if (const auto holding = DecodeTripletHolding(value)) return holding;
    return HoldingOfKey(key, record);
  };
  const auto evicted = PushOut(transaction, triplets_, position, eviction, holding_of);
  if (!evicted) return evicted.error();
  std::int64_t waited = 0;
  for (const Evicted& row : *evicted) {
    if (row.holding.standing != Standing::kNew) continue;
    ++waited;
    if (!row.is_of_one_network) pushed_out_->Add(MarkOf(row.key), row.holding.began);
  }
  const Status counted = figures_.AddWaiting(transaction, -waited);
  if (!counted) return counted.error();
  return std::uint64_t{evicted->size()};
}

Result<Swept> TripletStore::EvictPasses(WriteTransaction& transaction, std::string& position, std::size_t steps,
                                        std::size_t count) const {
  constexpr unsigned kTimeBits = 40;  // of seconds: enough until the year 36,000
  return StepThrough(transaction, std::array{passes_}, position, {.rows = steps}, count,
                     [](std::size_t, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
                       const auto earned = DecodePasses(value);
                       if (!earned) return INT64_MIN;
                       return (std::int64_t{earned->passes} << kTimeBits) +
                              earned->last_pass.time_since_epoch().count();
                     });
}

Result<TripletStore::Halved> TripletStore::Halve(WriteTransaction& transaction, ClientHash client,
                                                 std::string& position, const Portion& portion) const {
  using Row = std::pair<rules::TimePoint, std::string>;
  std::vector<Row> waiting;
  const std::string prefix = PrefixOf(client);
  Halved halved{.is_whole = position.empty()};
  std::size_t looks = 0;
  const std::string from = position.empty() ? prefix : std::exchange(position, {});
  transaction.Scan(triplets_, from, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    if (looks++ == portion.looks) {
      position = key;
      return false;
    }
    const auto record = DecodeTripletRecord(value);
    if (record && record->is_waiting()) waiting.emplace_back(record->first_seen, key);
    return true;
  });
  halved.is_whole &= position.empty();
  halved.left = waiting.size();
  if (waiting.empty() || (halved.is_whole && waiting.size() <= portion.allowed)) return halved;

  const auto older = static_cast<std::ptrdiff_t>((waiting.size() + 1) / 2);
  std::nth_element(waiting.begin(), waiting.begin() + older - 1, waiting.end());
  for (auto row = waiting.begin(); row != waiting.begin() + older; ++row) {
    if (const auto deleted = transaction.Delete(triplets_, row->second); !deleted) return deleted.error();
  }
  halved.removed = static_cast<std::uint64_t>(older);
  halved.left -= halved.removed;
  if (const Status counted = figures_.AddWaiting(transaction, -older); !counted) return counted.error();
  return halved;
}

std::string ClassCKey(const rules::IpAddress& client) {
  constexpr int kClassC = 24;
  return client.is_v4() ? rules::Network(client, kClassC).ToString() : rules::EarnedKey(client);
}

std::optional<rules::Triplet> FindKnownSender(const TripletStore& triplets, ReadTransaction& snapshot,
                                              const rules::IpAddress& client, std::string_view sender) {
  std::optional<rules::Triplet> best;
  const std::size_t at = sender.rfind('@');
  const std::string_view domain = at == std::string_view::npos ? std::string_view() : sender.substr(at);
  for (const std::string& key : {rules::EarnedKey(client), ClassCKey(client)}) {
    for (const std::string_view who : {sender, domain}) {
      // Senders without a domain do not count as one domain.
      if (who.empty() && !sender.empty()) continue;
      const auto record = triplets.Get(snapshot, {key, who, kAnyRecipient});
      if (record && (!best || record->last_seen > best->last_seen)) best = record;
    }
  }
  return best;
}

}  // namespace cache
