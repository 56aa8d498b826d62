// clients: address (4 or 16 bytes) -> facts
// names:   name, 0, zone           -> facts (an answer, a failure, or both)
//
// The forms of keys are versioned by the tables' names.
#include "cache/facts/fact_store.h"

#include <algorithm>
#include <array>
#include <span>

namespace cache {
namespace {

using rules::Fact;
using rules::Question;

constexpr std::size_t kMaxKey = 511;  // LMDB's

std::string_view ClientKey(const rules::IpAddress& client) {
  return {reinterpret_cast<const char*>(client.bytes().data()), client.bytes().size()};
}

// Nothing where it would be too long: then the answer is not kept.
std::optional<std::string> NameKey(const Question& question) {
  std::string key = question.name + '\0' + question.zone;
  if (key.size() > kMaxKey) return std::nullopt;
  return key;
}

// Does `known` make way for a newer Fact?  An answer does not make way for a failure, unless it was learnt while the
// clock was ahead.
bool MakesWay(const std::pair<Question, Fact>& known, const std::pair<Question, Fact>& newer) {
  return known.first == newer.first && (known.second.is_unavailable() || !newer.second.is_unavailable() ||
                                        rules::IsFromFuture(known.second.learnt, newer.second.learnt));
}

// Whoever answers with new names every minute must not make the record grow: only the forward Facts of the names that
// the last PTR answer gave are of use.
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

// A name's record holds no Question: the key is it.
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

// Was all of it learnt while the clock was ahead?  It would be kept until the clock comes there again.
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

FactStore::FactStore(Environment& environment) : clients_(environment.table(0)), names_(environment.table(1)) {}

KnownFacts FactStore::GetClient(ReadTransaction& snapshot, const rules::IpAddress& client) const {
  const auto bytes = snapshot.Get(clients_, ClientKey(client));
  return bytes ? DecodeFacts(*bytes).value_or(KnownFacts{}) : KnownFacts{};
}

std::optional<std::string_view> FactStore::GetClientRecord(ReadTransaction& snapshot,
                                                           const rules::IpAddress& client) const {
  return snapshot.Get(clients_, ClientKey(client));
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
  const auto bytes = transaction.Get(clients_, ClientKey(client));
  KnownFacts known = bytes ? DecodeFacts(*bytes).value_or(KnownFacts{}) : KnownFacts{};
  return transaction.Put(clients_, ClientKey(client), EncodeFacts(Merge(std::move(known), of_client, keep_from)));
}

Result<bool> FactStore::Forget(WriteTransaction& transaction, const rules::IpAddress& client) const {
  return transaction.Delete(clients_, ClientKey(client));
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

Result<Swept> FactStore::Evict(WriteTransaction& transaction, std::string& position, std::size_t steps,
                               std::size_t count) const {
  return StepThrough(transaction, std::array{clients_, names_}, position, {.rows = steps}, count,
                     [](std::size_t, std::string_view, std::string_view value) { return EndAsRank(value); });
}

}  // namespace cache
