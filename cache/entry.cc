// number, text, span and time are those of cache/lmdb/bytes.h.  Every record starts with the version of its form.
// clang-format off
//   triplet  = version passes first span-to-last [client-key sender recipient] [client]
//              texts where passes = 0; version 2 has the client, an address or an empty text; version 1 none;
//              version 3, where passes > 0, has the first 3 or 8 bytes of it, or an empty text
//   passes   = version passes last-pass
//   list     = version list kind action flags created [expires] text*4 [reply]    flags: 1 expires, 2 reply are there; 4 if-spf
//   secret   = version 16 bytes
// clang-format on
#include "cache/entry.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

#include "cache/greylist/triplet_store.h"
#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

using rules::ListKind;
using rules::Target;

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHasExpiry = 1, kHasReply = 2, kIfSpf = 4;  // flags of a list entry

constexpr std::uint8_t kTripletVersion = 2, kConfirmedVersion = 3;  // of one that waits, and one that came back

bool IsOfOurVersion(ByteReader& reader) {
  if (reader.Byte() != kVersion) reader.Refuse();
  return reader.is_sound();
}

std::string_view AsText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Returns the version, 1 to 3; anything else is refused.
std::uint8_t ReadTripletVersion(ByteReader& reader) {
  const std::uint8_t version = reader.Byte();
  if (version < kVersion || version > kConfirmedVersion) reader.Refuse();
  return version;
}

std::optional<rules::IpAddress> ReadClient(ByteReader& reader, std::uint8_t version) {
  if (version < kTripletVersion) return std::nullopt;
  const std::string_view bytes = reader.Text();
  if (bytes.empty()) return std::nullopt;
  if (bytes.size() != 4 && bytes.size() != 16) {
    reader.Refuse();
    return std::nullopt;
  }
  return rules::IpAddress::FromBytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::size_t NetworkBytes(bool is_v4) {
  return is_v4 ? 3 : 8;
}

// The first address of the network.
std::optional<rules::IpAddress> ReadClientNetwork(ByteReader& reader, std::uint8_t version) {
  if (version < kConfirmedVersion) return std::nullopt;
  const std::string_view bytes = reader.Text();
  if (bytes.empty()) return std::nullopt;
  const bool is_v4 = bytes.size() == NetworkBytes(true);
  if (!is_v4 && bytes.size() != NetworkBytes(false)) {
    reader.Refuse();
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> address{};
  std::memcpy(address.data(), bytes.data(), bytes.size());
  return rules::IpAddress::FromBytes(std::span(address).first(is_v4 ? 4 : 16));
}

// Used if the client is not known: its network, or a reserved address that stands for a name.
rules::IpAddress ClientOfKey(std::string_view client_key) {
  if (const auto network = rules::Network::Parse(client_key)) return network->base();
  const std::uint64_t hash = std::hash<std::string_view>()(client_key);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &hash, sizeof hash);
  return rules::IpAddress::FromBytes(bytes);
}

rules::Triplet ReadTripletRecord(ByteReader& reader) {
  rules::Triplet record;
  record.passes = static_cast<std::uint32_t>(reader.Count(UINT32_MAX));
  record.first_seen = reader.Time();
  record.last_seen = record.first_seen + reader.Span();
  return record;
}

ListKind ReadListKind(ByteReader& reader) {
  const std::uint8_t list = reader.Byte();
  if (list != 1 && list != 2) reader.Refuse();
  return reader.is_sound() ? static_cast<ListKind>(list) : ListKind::kWhitelist;
}

Target::Kind ReadTargetKind(ByteReader& reader) {
  const std::uint8_t kind = reader.Byte();
  if (kind < 1 || kind > static_cast<std::uint8_t>(Target::Kind::kRecipientDomain)) reader.Refuse();
  return reader.is_sound() ? static_cast<Target::Kind>(kind) : Target::Kind::kAddress;
}

rules::BlockAction ReadBlockAction(ByteReader& reader) {
  const std::uint8_t action = reader.Byte();
  if (action < 1 || action > static_cast<std::uint8_t>(rules::BlockAction::kHold)) reader.Refuse();
  return reader.is_sound() ? static_cast<rules::BlockAction>(action) : rules::BlockAction::kReject;
}

}  // namespace

std::string EncodeTriplet(const TripletRow& row) {
  ByteWriter writer;
  writer.Byte(row.record.is_waiting() ? kTripletVersion : kConfirmedVersion);
  writer.Number(row.record.passes);
  writer.Time(row.record.first_seen);
  writer.Span(row.record.last_seen - row.record.first_seen);
  if (row.record.is_waiting()) {
    for (const std::string* text : {&row.client_key, &row.sender, &row.recipient}) {
      writer.Text(std::string_view(*text).substr(0, kMaxRowText));
    }
    if (row.client) writer.Address(*row.client);
    if (!row.client) writer.Text({});
  } else {
    writer.Text(row.client ? AsText(row.client->bytes().first(NetworkBytes(row.client->is_v4()))) : std::string_view());
  }
  return writer.Take();
}

std::optional<TripletRow> DecodeTriplet(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint8_t version = ReadTripletVersion(reader);
  TripletRow row;
  row.record = ReadTripletRecord(reader);
  if (row.record.is_waiting()) {
    reader.Texts({&row.client_key, &row.sender, &row.recipient});
    row.client = ReadClient(reader, version);
  } else {
    row.client = ReadClientNetwork(reader, version);
  }
  if (!reader.Finish()) return std::nullopt;
  return row;
}

std::optional<rules::Triplet> DecodeTripletRecord(std::string_view bytes) {
  ByteReader reader(bytes);
  ReadTripletVersion(reader);
  const rules::Triplet record = ReadTripletRecord(reader);
  if (!reader.is_sound()) return std::nullopt;
  return record;
}

std::optional<Holding> DecodeTripletHolding(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint8_t version = ReadTripletVersion(reader);
  const rules::Triplet record = ReadTripletRecord(reader);
  if (!reader.is_sound()) return std::nullopt;
  if (!record.is_waiting()) {
    const auto client = ReadClientNetwork(reader, version);
    if (!client) return std::nullopt;
    return Holding{.client = *client, .began = record.first_seen, .standing = Standing::kProven};
  }
  const std::string_view client_key = reader.Text();
  reader.Text();
  reader.Text();
  const auto client = ReadClient(reader, version);
  return Holding{.client = client ? *client : ClientOfKey(client_key), .began = record.first_seen};
}

std::string EncodePasses(const rules::AutoWhitelistCount& count) {
  ByteWriter writer;
  writer.Byte(kVersion);
  writer.Number(count.passes);
  writer.Time(count.last_pass);
  return writer.Take();
}

std::optional<rules::AutoWhitelistCount> DecodePasses(std::string_view bytes) {
  ByteReader reader(bytes);
  if (!IsOfOurVersion(reader)) return std::nullopt;
  rules::AutoWhitelistCount count;
  count.passes = static_cast<std::uint32_t>(reader.Count(UINT32_MAX));
  count.last_pass = reader.Time();
  if (!reader.Finish()) return std::nullopt;
  return count;
}

std::string EncodeListEntry(const rules::ListEntry& entry) {
  ByteWriter writer;
  writer.Byte(kVersion);
  writer.Byte(static_cast<std::uint8_t>(entry.list));
  writer.Byte(static_cast<std::uint8_t>(entry.target.kind));
  writer.Byte(static_cast<std::uint8_t>(entry.action));
  writer.Byte(static_cast<std::uint8_t>((entry.expires ? kHasExpiry : 0) | (entry.reply ? kHasReply : 0) |
                                        (entry.if_spf ? kIfSpf : 0)));
  writer.Time(entry.created);
  if (entry.expires) writer.Time(*entry.expires);
  writer.Texts({entry.target.text, entry.if_confirmed.value_or(""), entry.comment, entry.author});
  if (entry.reply) writer.Text(*entry.reply);
  return writer.Take();
}

std::optional<rules::ListEntry> DecodeListEntry(std::string_view bytes) {
  ByteReader reader(bytes);
  if (!IsOfOurVersion(reader)) return std::nullopt;
  rules::ListEntry entry;
  entry.list = ReadListKind(reader);
  entry.target.kind = ReadTargetKind(reader);
  entry.action = ReadBlockAction(reader);
  const std::uint8_t flags = reader.Byte();
  if (flags > (kHasExpiry | kHasReply | kIfSpf)) reader.Refuse();
  entry.created = reader.Time();
  if ((flags & kHasExpiry) != 0) entry.expires = reader.Time();
  entry.if_spf = (flags & kIfSpf) != 0;
  std::string if_confirmed;
  reader.Texts({&entry.target.text, &if_confirmed, &entry.comment, &entry.author});
  if (!if_confirmed.empty()) entry.if_confirmed = std::move(if_confirmed);
  if ((flags & kHasReply) != 0) entry.reply = reader.Text();
  if (!reader.Finish()) return std::nullopt;
  return entry;
}

std::string EncodeSecret(const rules::HashKey& secret) {
  ByteWriter writer;
  writer.Byte(kVersion);
  writer.Raw(AsText(secret));
  return writer.Take();
}

std::optional<rules::HashKey> DecodeSecret(std::string_view bytes) {
  ByteReader reader(bytes);
  if (!IsOfOurVersion(reader)) return std::nullopt;
  const std::string_view raw = reader.Raw(sizeof(rules::HashKey));
  if (!reader.Finish()) return std::nullopt;
  rules::HashKey secret;
  std::copy(raw.begin(), raw.end(), secret.begin());
  return secret;
}

}  // namespace cache
