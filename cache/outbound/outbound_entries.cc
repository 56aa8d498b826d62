// rows:  kind (1 byte), target as it is printed -> entry
// entry  = version (1), limit*3, marks (1 byte), changed, [limits until] [locked] [locked until] [released]
// [forgotten],
//          comment, author
// limit  = 0 nothing is said | 1 as much as one likes | 2 a number; of recipients an hour, a day, of messages an hour
// marks  = 1 limits until, 2 locked, 4 locked until, 8 released, 16 forgotten are there
//
// number, text (comment, author) and time (the others) are those of cache/lmdb/bytes.h.  The form of keys is versioned
// by the table's name.
#include "cache/outbound/outbound_entries.h"

#include <array>
#include <utility>

#include "cache/lmdb/bytes.h"
#include "rules/outbound/outbound.h"

namespace cache {
namespace {

using rules::LimitWishes;
using rules::OutboundEntry;
using rules::OutboundTarget;
using rules::TimePoint;

constexpr std::uint8_t kEntryVersion = 1;
constexpr std::uint8_t kNothingSaid = 0, kAsOneLikes = 1, kNumberSaid = 2;
constexpr std::size_t kLongestTarget = 256;  // "@" and a domain, or an address

constexpr std::array kWishes{&LimitWishes::recipients_per_hour, &LimitWishes::recipients_per_day,
                             &LimitWishes::messages_per_hour};
// A time of an entry, and its mark.
constexpr std::array kTimes{std::pair{&OutboundEntry::limits_until, 1}, std::pair{&OutboundEntry::locked, 2},
                            std::pair{&OutboundEntry::locked_until, 4}, std::pair{&OutboundEntry::released, 8},
                            std::pair{&OutboundEntry::forgotten, 16}};
constexpr int kAllTimes = 1 | 2 | 4 | 8 | 16;

std::string KeyOf(OutboundTarget::Kind kind, std::string_view text) {
  return std::string(1, static_cast<char>(kind)).append(text);
}

std::string KeyOf(const OutboundTarget& target) {
  return KeyOf(target.kind, target.text);
}

void WriteWish(ByteWriter& writer, const std::optional<rules::Limit>& wish) {
  writer.Byte(!wish ? kNothingSaid : *wish ? kNumberSaid : kAsOneLikes);
  if (wish && *wish) writer.Number(**wish);
}

std::optional<rules::Limit> ReadWish(ByteReader& reader) {
  const std::uint8_t said = reader.Byte();
  if (said > kNumberSaid) reader.Refuse();
  if (said == kNothingSaid) return std::nullopt;
  if (said == kAsOneLikes) return rules::Limit{};
  return rules::Limit{static_cast<std::uint32_t>(reader.Count(UINT32_MAX))};
}

std::string Encode(const OutboundEntry& entry) {
  ByteWriter writer;
  writer.Byte(kEntryVersion);
  for (const auto wish : kWishes) WriteWish(writer, entry.limits.*wish);
  int marks = 0;
  for (const auto& [time, mark] : kTimes) marks |= entry.*time ? mark : 0;
  writer.Byte(static_cast<std::uint8_t>(marks));
  writer.Time(entry.changed);
  for (const auto& [time, mark] : kTimes) {
    if (entry.*time) writer.Time(*(entry.*time));
  }
  writer.Texts({entry.comment, entry.author});
  return writer.Take();
}

// Who reads it asks a target of its network, for instance: it must be one.
std::optional<OutboundTarget> ReadTarget(std::string_view key) {
  if (key.empty()) return std::nullopt;
  auto target = OutboundTarget::Parse(key.substr(1));
  if (!target || KeyOf(*target) != key) return std::nullopt;
  return *std::move(target);
}

std::optional<OutboundEntry> Decode(std::string_view key, std::string_view value) {
  auto target = ReadTarget(key);
  ByteReader reader(value);
  if (!target || reader.Byte() != kEntryVersion) return std::nullopt;
  OutboundEntry entry{.target = *std::move(target)};
  for (const auto wish : kWishes) entry.limits.*wish = ReadWish(reader);
  const std::uint8_t marks = reader.Byte();
  if (marks > kAllTimes) reader.Refuse();
  entry.changed = reader.Time();
  for (const auto& [time, mark] : kTimes) {
    if ((marks & mark) != 0) entry.*time = reader.Time();
  }
  reader.Texts({&entry.comment, &entry.author});
  if (!reader.Finish()) return std::nullopt;
  return entry;
}

std::optional<OutboundEntry> Find(ReadTransaction& snapshot, Table table, OutboundTarget::Kind kind,
                                  std::string_view text) {
  if (text.size() > kLongestTarget) return std::nullopt;
  const std::string key = KeyOf(kind, text);
  const auto bytes = snapshot.Get(table, key);
  if (!bytes) return std::nullopt;
  auto entry = Decode(key, *bytes);
  if (!entry) snapshot.NoteUnreadable();  // somebody wanted something for this very target
  return entry;
}

bool IsOfNetwork(std::string_view key, const rules::IpAddress& client) {
  const auto network = rules::Network::Parse(key.substr(1));
  return network && network->Contains(client);
}

}  // namespace

std::optional<OutboundEntry> OutboundEntries::Get(ReadTransaction& snapshot, const OutboundTarget& target) const {
  return Find(snapshot, rows_, target.kind, target.text);
}

Status OutboundEntries::Put(WriteTransaction& transaction, const OutboundEntry& entry) const {
  if (entry.target.text.size() > kLongestTarget) {
    return rules::Error{"expected a target of at most " + std::to_string(kLongestTarget) + " bytes, got " +
                        std::to_string(entry.target.text.size())};
  }
  if (Status put = transaction.Put(rows_, KeyOf(entry.target), Encode(entry)); !put) return put;
  return lists_.NoteChange(transaction);
}

Result<bool> OutboundEntries::Erase(WriteTransaction& transaction, const OutboundTarget& target) const {
  if (target.text.size() > kLongestTarget) return false;
  Result<bool> deleted = transaction.Delete(rows_, KeyOf(target));
  if (!deleted || !*deleted) return deleted;
  if (const Status noted = lists_.NoteChange(transaction); !noted) return noted.error();
  return true;
}

std::vector<OutboundEntry> OutboundEntries::All(ReadTransaction& snapshot) const {
  std::vector<OutboundEntry> all;
  snapshot.Walk(rows_, {}, [&all](std::string_view key, std::string_view value) {
    if (auto entry = Decode(key, value)) all.push_back(*std::move(entry));
    return true;
  });
  return all;
}

std::vector<OutboundEntry> OutboundEntries::Matching(ReadTransaction& snapshot, const std::string& account,
                                                     const std::optional<rules::IpAddress>& client) const {
  std::vector<OutboundEntry> matching;
  if (snapshot.Count(rows_) == 0) return matching;  // most of the time
  const auto add = [&](OutboundTarget::Kind kind, std::string_view text) {
    if (auto entry = Find(snapshot, rows_, kind, text)) matching.push_back(*std::move(entry));
  };
  add(OutboundTarget::Kind::kLogin, account);
  if (const auto pool = rules::PoolOf(account)) add(OutboundTarget::Kind::kDomain, *pool);
  if (!client) return matching;
  const std::string networks = KeyOf(OutboundTarget::Kind::kNetwork, {});
  snapshot.Scan(rows_, networks, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(networks)) return false;
    if (!IsOfNetwork(key, *client)) return true;
    if (auto entry = Decode(key, value))
      matching.push_back(*std::move(entry));
    else
      snapshot.NoteUnreadable();
    return true;
  });
  return matching;
}

}  // namespace cache
