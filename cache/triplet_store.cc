// triplets: hash of client key, hash of (sender, 0, recipient), 8 bytes each -> triplet
// passes:   host name or network as text -> passes
//
// The forms of keys are versioned by the tables' names.
#include "cache/triplet_store.h"

#include <array>

#include "cache/bytes.h"
#include "cache/entry.h"

namespace cache {
namespace {

constexpr std::size_t kMaxName = 255;  // a host name has 253 bytes at most

std::string_view NameKey(std::string_view name) {
  return name.substr(0, kMaxName);
}

bool HasEnded(const rules::Triplet& record, const TripletStore::Ends& ends) {
  return record.is_waiting() ? record.first_seen < ends.waiting_before : record.last_seen < ends.confirmed_before;
}

}  // namespace

TripletStore::TripletStore(Environment& environment, const rules::HashKey& secret)
    : triplets_(environment.table(0)), passes_(environment.table(1)), secret_(secret) {}

// The hash is keyed: strangers choose senders and could else aim at the row of somebody else.
std::string TripletStore::KeyOf(const TripletId& id) const {
  std::string mail(id.sender);
  mail += '\0';
  mail += id.recipient;
  ByteWriter key;
  key.BigEndian(rules::SipHash(secret_, id.client_key), 8);
  key.BigEndian(rules::SipHash(secret_, mail), 8);
  return key.Take();
}

std::optional<rules::Triplet> TripletStore::Get(ReadTransaction& snapshot, const TripletId& id) const {
  const auto bytes = snapshot.Get(triplets_, KeyOf(id));
  return bytes ? DecodeTripletRecord(*bytes) : std::nullopt;
}

std::optional<rules::AutoWhitelistCount> TripletStore::GetPasses(ReadTransaction& snapshot,
                                                                 std::string_view name) const {
  const auto bytes = snapshot.Get(passes_, NameKey(name));
  return bytes ? DecodePasses(*bytes) : std::nullopt;
}

Status TripletStore::Put(WriteTransaction& transaction, const TripletId& id, const rules::Triplet& record) const {
  const TripletRow row{.client_key = std::string(id.client_key),
                       .sender = std::string(id.sender),
                       .recipient = std::string(id.recipient),
                       .record = record};
  return transaction.Put(triplets_, KeyOf(id), EncodeTriplet(row));
}

Status TripletStore::PutPasses(WriteTransaction& transaction, std::string_view name,
                               const rules::AutoWhitelistCount& count) const {
  return transaction.Put(passes_, NameKey(name), EncodePasses(count));
}

Result<bool> TripletStore::Remove(WriteTransaction& transaction, const TripletId& id) const {
  return transaction.Delete(triplets_, KeyOf(id));
}

void TripletStore::Scan(ReadTransaction& snapshot, const std::function<bool(const TripletRow&)>& visit) const {
  snapshot.Walk(triplets_, {}, [&](std::string_view, std::string_view value) {
    const auto row = DecodeTriplet(value);
    return !row || !row->record.is_waiting() || visit(*row);
  });
}

Result<Swept> TripletStore::Sweep(WriteTransaction& transaction, std::string& position, std::size_t steps,
                                  const Ends& ends) const {
  const Judge judge = [&](std::size_t table, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
    if (table == 0) {
      const auto record = DecodeTripletRecord(value);
      if (record && !HasEnded(*record, ends)) return std::nullopt;
    } else {
      const auto count = DecodePasses(value);
      if (count && count->last_pass >= ends.confirmed_before) return std::nullopt;
    }
    return 0;
  };
  return StepThrough(transaction, std::array{triplets_, passes_}, position, steps, steps, judge);
}

Result<Swept> TripletStore::Evict(WriteTransaction& transaction, std::string& position, std::size_t steps,
                                  std::size_t count) const {
  const Judge judge = [](std::size_t, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
    const auto record = DecodeTripletRecord(value);
    if (!record || !record->is_waiting()) return std::nullopt;
    return record->first_seen.time_since_epoch().count();
  };
  return StepThrough(transaction, std::array{triplets_}, position, steps, count, judge);
}

}  // namespace cache
