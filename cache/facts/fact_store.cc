// clients: 2 bytes of a keyed hash of the address, address (4 or 16 bytes) -> facts
// names:   name, 0, zone -> facts (an answer, a failure, or both)
//
// Neighbours in the net are no neighbours in the table, so that a few rows in a row are a fair sample of all.  Rows of
// an earlier form stand under the address alone: nobody finds them, and the first sweep takes them away.
#include "cache/facts/fact_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace cache {
namespace {

using rules::Fact;
using rules::Question;

constexpr std::size_t kMaxKey = 511;  // LMDB's

// Nothing if the key would be too long: then the answer is not kept.
std::optional<std::string> NameKey(const Question& question) {
  std::string key = question.name + '\0' + question.zone;
  if (key.size() > kMaxKey) return std::nullopt;
  return key;
}

// Does a newer Fact replace `known`?  A failure does not replace an answer, unless the answer was learnt while the
// clock was ahead.
bool MakesWay(const std::pair<Question, Fact>& known, const std::pair<Question, Fact>& newer) {
  return known.first == newer.first && (known.second.is_unavailable() || !newer.second.is_unavailable() ||
                                        rules::IsFromFuture(known.second.learnt, newer.second.learnt));
}

// A name server that answers with new names every minute must not make the record grow: only the forward Facts of the
// names that the last PTR answer gave are of use.
void DropForgottenNames(KnownFacts& facts) {
  const auto ptr = std::find_if(facts.begin(), facts.end(), [](const auto& known) {
    return known.first.kind == Question::Kind::kPtr && !known.second.is_unavailable();
  });
  if (ptr == facts.end()) return;
  const rules::HostNames names = ptr->second.Get<rules::HostNames>();
  std::erase_if(facts, [&](const auto& known) {
    return known.first.kind == Question::Kind::kForward &&
           std::find(names.begin(), names.end(), known.first.name) == names.end();
  });
}

KnownFacts Merge(KnownFacts facts, std::span<const std::pair<Question, Fact>> newer, rules::TimePoint keep_from) {
  std::erase_if(facts, [&](const auto& known) { return known.second.until < keep_from; });
  for (const auto& fact : newer) {
    std::erase_if(facts, [&](const auto& known) { return MakesWay(known, fact); });
    facts.push_back(fact);
  }
  DropForgottenNames(facts);
  // Answers before failures, so that of two Facts for one Question the answer comes first.
  std::stable_partition(facts.begin(), facts.end(), [](const auto& known) { return !known.second.is_unavailable(); });
  return facts;
}

// A client that comes again after this time is no stranger. (The facts of one visit arrive within seconds.)
constexpr rules::seconds kComesBackAfter{3600};

FactsHead HeadOf(const std::optional<FactsHead>& before, const KnownFacts& newer) {
  rules::TimePoint learnt;
  for (const auto& [question, fact] : newer) learnt = std::max(learnt, fact.learnt);
  FactsHead head{.end = {}, .first = learnt, .came_back = false};
  if (!before || rules::IsFromFuture(before->first, learnt)) return head;
  head.first = before->first;
  head.came_back = before->came_back || learnt - before->first >= kComesBackAfter;
  return head;
}

// The record of a name holds no Question: its key says it.
KnownFacts DecodeName(std::optional<std::string_view> bytes, const Question& question) {
  KnownFacts known = bytes ? DecodeFacts(*bytes).value_or(KnownFacts{}) : KnownFacts{};
  for (auto& fact : known) fact.first = question;
  return known;
}

Status PutName(WriteTransaction& transaction, Table table, const std::pair<Question, Fact>& newer,
               rules::TimePoint keep_from) {
  const std::optional<std::string> key = NameKey(newer.first);
  if (!key) return rules::Done{};
  KnownFacts known = DecodeName(transaction.Get(table, *key), newer.first);
  return transaction.Put(table, *key, EncodeFacts(Merge(std::move(known), std::span(&newer, 1), keep_from)));
}

// Was everything in it learnt while the clock was ahead?  It would be kept until the clock reaches that time again.
bool IsAllFromFuture(std::string_view record, rules::TimePoint now) {
  constexpr rules::seconds kSoon{86400};  // what ends by then is not worth a closer look
  if (const auto end = LatestEnd(record); !end || *end - now <= kSoon) return false;
  const auto facts = DecodeFacts(record);
  return facts && std::ranges::all_of(
                      *facts, [now](const auto& known) { return rules::IsFromFuture(known.second.learnt, now); });
}

std::int64_t EndAsRank(std::string_view record) {
  const auto end = LatestEnd(record);
  return end ? end->time_since_epoch().count() : INT64_MIN;  // what cannot be read goes first
}

}  // namespace

class FactStore::ClientKey {
 public:
  ClientKey(const rules::IpAddress& client, std::uint64_t seed) : size_(kHashBytes + client.bytes().size()) {
    std::uint64_t halves[2] = {};
    std::memcpy(halves, client.bytes().data(), client.bytes().size());
    // The mixing steps are those of SplitMix64 (Steele, Lea, Flood 2014).
    std::uint64_t hash = (halves[0] + seed) * 0xbf58'476d'1ce4'e5b9U;
    hash = (hash ^ halves[1] ^ (hash >> 27)) * 0x94d0'49bb'1331'11ebU;
    hash ^= hash >> 31;
    std::memcpy(bytes_.data(), &hash, kHashBytes);
    std::memcpy(bytes_.data() + kHashBytes, client.bytes().data(), client.bytes().size());
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

  // Nothing for a key of another form.
  static std::optional<rules::IpAddress> ClientOf(std::string_view key) {
    if (key.size() != kHashBytes + 4 && key.size() != kHashBytes + 16) return std::nullopt;
    key.remove_prefix(kHashBytes);
    return rules::IpAddress::FromBytes({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
  }

 private:
  static constexpr std::size_t kHashBytes = 2;

  std::array<char, kHashBytes + 16> bytes_;
  std::size_t size_;
};

FactStore::FactStore(Environment& environment, const rules::HashKey& secret)
    : clients_(environment.table(0)), names_(environment.table(1)), seed_(rules::SipHash(secret, "facts")) {}

KnownFacts FactStore::GetClient(ReadTransaction& snapshot, const rules::IpAddress& client) const {
  const auto bytes = snapshot.Get(clients_, ClientKey(client, seed_).view());
  return bytes ? DecodeFacts(*bytes).value_or(KnownFacts{}) : KnownFacts{};
}

std::optional<std::string_view> FactStore::GetClientRecord(ReadTransaction& snapshot,
                                                           const rules::IpAddress& client) const {
  return snapshot.Get(clients_, ClientKey(client, seed_).view());
}

KnownFacts FactStore::GetName(ReadTransaction& snapshot, const Question& question) const {
  const std::optional<std::string> key = NameKey(question);
  return key ? DecodeName(snapshot.Get(names_, *key), question) : KnownFacts{};
}

Status FactStore::Put(WriteTransaction& transaction, const rules::IpAddress& client, const KnownFacts& facts,
                      rules::TimePoint keep_from) const {
  KnownFacts of_client;
  for (const auto& fact : facts) {
    if (!rules::IsOfName(fact.first.kind)) {
      of_client.push_back(fact);
    } else if (Status put = PutName(transaction, names_, fact, keep_from); !put) {
      return put;
    }
  }
  if (of_client.empty()) return rules::Done{};
  const ClientKey key(client, seed_);
  const auto bytes = transaction.Get(clients_, key.view());
  const auto head = HeadOf(bytes ? DecodeFactsHead(*bytes) : std::nullopt, of_client);
  KnownFacts known = bytes ? DecodeFacts(*bytes).value_or(KnownFacts{}) : KnownFacts{};
  return transaction.Put(clients_, key.view(), EncodeFacts(Merge(std::move(known), of_client, keep_from), head));
}

Result<bool> FactStore::Forget(WriteTransaction& transaction, const rules::IpAddress& client) const {
  return transaction.Delete(clients_, ClientKey(client, seed_).view());
}

Result<std::uint64_t> FactStore::ForgetName(WriteTransaction& transaction, std::string_view name) const {
  const std::string prefix = std::string(name) + '\0';
  std::vector<std::string> keys;
  transaction.Scan(names_, prefix, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(prefix)) return false;
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) {
    if (const Result<bool> deleted = transaction.Delete(names_, key); !deleted) return deleted.error();
  }
  return std::uint64_t{keys.size()};
}

Result<Swept> FactStore::Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                               rules::TimePoint before, rules::TimePoint now) const {
  return StepThrough(transaction, std::array{clients_, names_}, position, stride, stride.rows,
                     [=](std::size_t, std::string_view, std::string_view value) -> std::optional<std::int64_t> {
                       const std::int64_t rank = EndAsRank(value);
                       const bool has_ended = rank < before.time_since_epoch().count();
                       if (!has_ended && !IsAllFromFuture(value, now)) return std::nullopt;
                       return rank;
                     });
}

Result<std::uint64_t> FactStore::EvictClients(WriteTransaction& transaction, std::string& position,
                                              const Eviction& eviction, rules::TimePoint now) const {
  const HoldingOf holding_of = [now](std::string_view key, std::string_view value) {
    const auto client = ClientKey::ClientOf(key);
    const auto head = DecodeFactsHead(value);
    // The expired facts of a client that came back still serve when DNS fails, and tell that it came back.
    const bool is_over = !client || !head || (head->end <= now && !head->came_back);
    if (is_over) return Holding{.client = {}, .standing = Standing::kOver};
    return Holding{
        .client = *client, .began = head->first, .standing = head->came_back ? Standing::kProven : Standing::kNew};
  };
  const auto evicted = PushOut(transaction, clients_, position, eviction, holding_of);
  if (!evicted) return evicted.error();
  return std::uint64_t{evicted->size()};
}

Result<Swept> FactStore::EvictNames(WriteTransaction& transaction, std::string& position, std::size_t steps,
                                    std::size_t count) const {
  return StepThrough(transaction, std::array{names_}, position, {.rows = steps}, count,
                     [](std::size_t, std::string_view, std::string_view value) { return EndAsRank(value); });
}

}  // namespace cache
