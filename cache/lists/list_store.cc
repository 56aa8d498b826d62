// entries: list, kind, canonical form -> list entry
// shape:   "shape" -> shape
//
// list and kind are bytes; the canonical form is 4 or 16 bytes of an address; of a network family (4 or 6), prefix and
// the bytes of its base; of everything else the text.  The forms of keys are versioned by the tables' names.
#include "cache/lists/list_store.h"

#include <algorithm>

#include "cache/entry.h"
#include "cache/lists/list_patterns.h"
#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

using rules::ListEntry;
using rules::ListKind;
using rules::ListMatches;
using rules::Target;

constexpr std::string_view kShapeKey = "shape";
constexpr std::size_t kMaxText = 480;  // with the two bytes before it well below LMDB's 511 bytes of a key
constexpr ListKind kLists[] = {ListKind::kWhitelist, ListKind::kBlocklist};

std::string KeyPrefix(ListKind list) {
  return {static_cast<char>(list)};
}

std::string KindPrefix(ListKind list, Target::Kind kind) {
  return KeyPrefix(list) + static_cast<char>(kind);
}

std::string_view AsText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string AddressKey(ListKind list, const rules::IpAddress& address) {
  return KindPrefix(list, Target::Kind::kAddress).append(AsText(address.bytes()));
}

std::string NetworkKey(ListKind list, const rules::Network& network) {
  ByteWriter key;
  key.Raw(KindPrefix(list, Target::Kind::kNetwork));
  key.Byte(network.base().is_v4() ? 4 : 6);
  key.Byte(static_cast<std::uint8_t>(network.prefix()));
  key.Raw(AsText(network.base().bytes()));
  return key.Take();
}

std::string KeyOf(ListKind list, const Target& target) {
  if (target.kind == Target::Kind::kAddress) return AddressKey(list, target.network().base());
  if (target.kind == Target::Kind::kNetwork) return NetworkKey(list, target.network());
  return KindPrefix(list, target.kind) + target.text;
}

void AddRecord(ReadTransaction& snapshot, Table table, const std::string& key, rules::TimePoint now,
               ListMatches& matches) {
  const auto bytes = snapshot.Get(table, key);
  if (!bytes) return;
  auto entry = DecodeListEntry(*bytes);
  if (!entry) return snapshot.NoteUnreadable();  // somebody wanted something for this very target
  if (!entry->is_expired(now)) matches.entries.push_back(std::move(*entry));
}

// The whitelist first: it wins on a tie.
std::vector<ListEntry> ReadPatterns(ReadTransaction& snapshot, Table table) {
  std::vector<ListEntry> entries;
  for (const ListKind list : kLists) {
    const std::string prefix = KindPrefix(list, Target::Kind::kPattern);
    snapshot.Scan(table, prefix, [&](std::string_view key, std::string_view value) {
      if (!key.starts_with(prefix)) return false;
      if (auto entry = DecodeListEntry(value)) entries.push_back(std::move(*entry));
      return true;
    });
  }
  return entries;
}

}  // namespace

ListStore::ListStore(Environment& environment)
    : entries_(environment.table(0)), shape_(environment.table(1)), patterns_(std::make_unique<ListPatterns>()) {}

ListStore::~ListStore() = default;

ListShape ListStore::shape(ReadTransaction& snapshot) const {
  const auto bytes = snapshot.Get(shape_, kShapeKey);
  if (!bytes) return snapshot.Count(entries_) == 0 ? ListShape{} : ListShape::Everything();
  auto known = DecodeShape(*bytes);
  return known ? *std::move(known) : ListShape::Everything();
}

ListMatches ListStore::MatchClient(ReadTransaction& snapshot, const rules::IpAddress& client, rules::TimePoint now,
                                   const ListShape* known) const {
  std::optional<ListShape> read;
  const ListShape& in_use = known ? *known : read.emplace(shape(snapshot));
  ListMatches matches{.entries = {}, .has_name_entries = in_use.has_name_entries()};
  for (const ListKind list : kLists) {
    if (in_use.count(list, Target::Kind::kAddress) > 0) {
      AddRecord(snapshot, entries_, AddressKey(list, client), now, matches);
    }
  }
  for (const ListShape::PrefixCount& prefix : in_use.prefixes) {
    if (prefix.is_v4 != client.is_v4()) continue;
    AddRecord(snapshot, entries_, NetworkKey(prefix.list, rules::Network(client, prefix.prefix)), now, matches);
  }
  if (in_use.has(Target::Kind::kPattern)) AddPattern(snapshot, client.ToString(), in_use, now, matches);
  return matches;
}

// Postfix asks a table for the client's name, then for its address (check_client_access).
void ListStore::AddPattern(ReadTransaction& snapshot, std::string_view subject, const ListShape& in_use,
                           rules::TimePoint now, ListMatches& matches) const {
  const auto read = [this, &snapshot] { return ReadPatterns(snapshot, entries_); };
  auto match = patterns_->Find(in_use.pattern_generation, read, subject, now);
  if (match) matches.entries.push_back(std::move(*match));
}

ListMatches ListStore::MatchTargets(ReadTransaction& snapshot, const std::vector<Target>& targets,
                                    const ListShape& in_use, rules::TimePoint now) const {
  ListMatches matches{.entries = {}, .has_name_entries = in_use.has_name_entries()};
  for (const Target& target : targets) {
    for (const ListKind list : kLists) {
      if (in_use.may_hold(list, target)) AddRecord(snapshot, entries_, KeyOf(list, target), now, matches);
    }
  }
  return matches;
}

ListMatches ListStore::MatchName(ReadTransaction& snapshot, std::string_view confirmed_name, rules::TimePoint now,
                                 const ListShape* known) const {
  std::optional<ListShape> own;
  const ListShape& in_use = known ? *known : own.emplace(shape(snapshot));
  if (!in_use.has_name_entries()) return {};
  ListMatches matches = MatchTargets(snapshot, rules::NameTargets(confirmed_name), in_use, now);
  if (in_use.has(Target::Kind::kPattern)) AddPattern(snapshot, confirmed_name, in_use, now, matches);
  return matches;
}

bool ListStore::TakePatternChange() const {
  return patterns_->TakeChange();
}

void ListStore::CompilePatterns(ReadTransaction& snapshot) const {
  patterns_->Compile(shape(snapshot).pattern_generation, ReadPatterns(snapshot, entries_));
}

ListMatches ListStore::MatchSender(ReadTransaction& snapshot, std::string_view sender, rules::TimePoint now,
                                   const ListShape* known) const {
  std::optional<ListShape> read;
  const ListShape& in_use = known ? *known : read.emplace(shape(snapshot));
  if (!in_use.has(Target::Kind::kSender) && !in_use.has(Target::Kind::kSenderDomain)) {
    return {.entries = {}, .has_name_entries = in_use.has_name_entries()};
  }
  return MatchTargets(snapshot, rules::SenderTargets(sender), in_use, now);
}

ListMatches ListStore::MatchRecipient(ReadTransaction& snapshot, std::string_view recipient, rules::TimePoint now,
                                      const ListShape* known) const {
  std::optional<ListShape> read;
  const ListShape& in_use = known ? *known : read.emplace(shape(snapshot));
  if (!in_use.has(Target::Kind::kRecipient) && !in_use.has(Target::Kind::kRecipientDomain)) {
    return {.entries = {}, .has_name_entries = in_use.has_name_entries()};
  }
  return MatchTargets(snapshot, rules::RecipientTargets(recipient), in_use, now);
}

std::optional<ListEntry> ListStore::Find(ReadTransaction& snapshot, ListKind list, const Target& target) const {
  const auto bytes = snapshot.Get(entries_, KeyOf(list, target));
  return bytes ? DecodeListEntry(*bytes) : std::nullopt;
}

void ListStore::Scan(ReadTransaction& snapshot, ListKind list,
                     const std::function<bool(const ListEntry&)>& visit) const {
  const std::string prefix = KeyPrefix(list);
  snapshot.Walk(entries_, prefix, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    const auto entry = DecodeListEntry(value);
    return !entry || visit(*entry);
  });
}

void ListStore::ScanKind(ReadTransaction& snapshot, ListKind list, Target::Kind kind,
                         const std::function<bool(const ListEntry&)>& visit) const {
  const std::string prefix = KindPrefix(list, kind);
  snapshot.Scan(entries_, prefix, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    const auto entry = DecodeListEntry(value);
    return !entry || visit(*entry);
  });
}

void ListStore::ScanWithin(ReadTransaction& snapshot, ListKind list, const rules::Network& network,
                           const std::function<bool(const ListEntry&)>& visit) const {
  const ListShape in_use = shape(snapshot);
  bool goes_on = true;
  // Keys of one family and prefix are in the order of their addresses: those within a network follow one another.
  const auto scan_from = [&](const std::string& first, std::size_t head) {
    snapshot.Scan(entries_, first, [&](std::string_view key, std::string_view value) {
      if (!goes_on || key.size() < head || key.substr(0, head) != std::string_view(first).substr(0, head)) return false;
      // Shorter or longer keys between are addresses of the other family.
      if (key.size() != first.size()) return true;
      const auto entry = DecodeListEntry(value);
      if (!entry) return true;
      if (!network.Contains(entry->target.network().base())) return false;
      return goes_on = visit(*entry);
    });
  };
  if (in_use.count(list, Target::Kind::kAddress) > 0) scan_from(AddressKey(list, network.base()), 2);
  for (const ListShape::PrefixCount& prefix : in_use.prefixes) {
    const bool is_within =
        prefix.list == list && prefix.is_v4 == network.base().is_v4() && prefix.prefix >= network.prefix() && goes_on;
    if (is_within) scan_from(NetworkKey(list, rules::Network(network.base(), prefix.prefix)), 4);
  }
}

ListShape ListStore::ShapeForChange(WriteTransaction& transaction) const {
  const auto bytes = transaction.Get(shape_, kShapeKey);
  if (!bytes) return {};
  if (auto known = DecodeShape(*bytes)) return *known;
  // The shape is damaged: it is counted anew, with generations that were never used.
  ListShape counted;
  counted.generation = counted.pattern_generation = std::uint64_t{1} << 32;
  transaction.Scan(entries_, {}, [&](std::string_view, std::string_view value) {
    if (const auto entry = DecodeListEntry(value)) counted.Change(entry->list, entry->target, 1);
    return true;
  });
  return counted;
}

Result<bool> ListStore::Put(WriteTransaction& transaction, const ListEntry& entry) const {
  const Target& target = entry.target;
  if (target.text.size() > kMaxText) {
    return Error{"expected a target of at most " + std::to_string(kMaxText) + " bytes, got " +
                 std::to_string(target.text.size())};
  }
  const std::string key = KeyOf(entry.list, target);
  const bool was_there = transaction.Get(entries_, key).has_value();
  ListShape shape = ShapeForChange(transaction);
  if (was_there) shape.Change(entry.list, target, -1);
  shape.Change(entry.list, target, 1);
  const std::uint64_t patterns = shape.count(ListKind::kWhitelist, Target::Kind::kPattern) +
                                 shape.count(ListKind::kBlocklist, Target::Kind::kPattern);
  if (target.kind == Target::Kind::kPattern && patterns > kMaxPatterns) {
    return Error{"expected at most " + std::to_string(kMaxPatterns) + " regular expressions in both lists"};
  }
  if (const Status put = transaction.Put(entries_, key, EncodeListEntry(entry)); !put) return put.error();
  if (const Status put = transaction.Put(shape_, kShapeKey, EncodeShape(shape)); !put) return put.error();
  return was_there;
}

Result<bool> ListStore::Remove(WriteTransaction& transaction, ListKind list, const Target& target) const {
  ListShape shape = ShapeForChange(transaction);  // before: a damaged one is counted from what is there
  Result<bool> deleted = transaction.Delete(entries_, KeyOf(list, target));
  if (!deleted || !*deleted) return deleted;
  shape.Change(list, target, -1);
  if (const Status put = transaction.Put(shape_, kShapeKey, EncodeShape(shape)); !put) return put.error();
  return true;
}

Status ListStore::NoteChange(WriteTransaction& transaction) const {
  ListShape shape = ShapeForChange(transaction);
  ++shape.generation;
  return transaction.Put(shape_, kShapeKey, EncodeShape(shape));
}

}  // namespace cache
