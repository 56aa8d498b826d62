// rows:   shown name, 0, family as text -> record
// record = version (3), state as text, has_family (0 or 1), 0 | 1 reason as text, since as time,
//          0 | 1 tested as time, 0 | 1 held until as time; since: 1970 where it is not known
// reason = a line of rules/values/statement.h
//
// Version 2 has the English sentence as its reason, empty where there is none, without the byte before it.
//
// The form of keys is versioned by the table's name.
#include "cache/zone_states.h"

#include <utility>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::uint8_t kVersionOfSentences = 2;
constexpr rules::TimePoint kNotKnown{};
constexpr std::size_t kMaxShown = 255;  // a DNS name has 253 bytes at most

std::string KeyOf(const ZoneStateRow& row) {
  return row.shown.substr(0, kMaxShown) + '\0' + rules::Name(row.family);
}

std::optional<rules::ZoneFamily> FamilyOf(std::string_view name) {
  for (std::size_t i = 0; i < rules::kZoneFamilies; ++i) {
    const auto family = static_cast<rules::ZoneFamily>(i);
    if (rules::Name(family) == name) return family;
  }
  return std::nullopt;
}

std::optional<rules::Statement> ReadReason(ByteReader& record, std::uint8_t version) {
  const bool is_there = version == kVersionOfSentences || record.Byte() != 0;
  const std::string_view text = is_there ? record.Text() : std::string_view();
  if (text.empty()) return std::nullopt;
  return version == kVersionOfSentences ? rules::InOwnWords(std::string(text)) : rules::FromLine(text);
}

}  // namespace

std::string EncodeZoneState(const ZoneStateRow& row) {
  ByteWriter record;
  record.Byte(kVersion);
  record.Text(rules::Name(row.state));
  record.Byte(row.has_family ? 1 : 0);
  record.Byte(row.reason ? 1 : 0);
  if (row.reason) record.Text(rules::ToLine(*row.reason));
  record.Time(row.since.value_or(kNotKnown));
  for (const auto& time : {row.tested, row.held_until}) {
    record.Byte(time ? 1 : 0);
    if (time) record.Time(*time);
  }
  return record.Take();
}

std::optional<ZoneStateRow> DecodeZoneState(std::string_view bytes) {
  ByteReader record(bytes);
  const std::uint8_t version = record.Byte();
  if (version != kVersion && version != kVersionOfSentences) return std::nullopt;
  ZoneStateRow row;
  const auto state = rules::ParseZoneState(record.Text());
  row.has_family = record.Byte() != 0;
  row.reason = ReadReason(record, version);
  if (const rules::TimePoint since = record.Time(); since != kNotKnown) row.since = since;
  for (auto* time : {&row.tested, &row.held_until}) {
    if (record.Byte() != 0) *time = record.Time();
  }
  if (!record.Finish() || !state) return std::nullopt;
  row.state = *state;
  return row;
}

ZoneStates::ZoneStates(Environment& environment) : rows_(environment.table(4)) {}

std::vector<ZoneStateRow> ZoneStates::All(ReadTransaction& snapshot) const {
  std::vector<ZoneStateRow> rows;
  snapshot.Scan(rows_, {}, [&](std::string_view key, std::string_view value) {
    const std::size_t end = key.find('\0');
    const auto family = end == std::string_view::npos ? std::nullopt : FamilyOf(key.substr(end + 1));
    auto row = DecodeZoneState(value);
    if (!family || !row) return true;  // damaged, or of a newer version: tested again
    row->shown = key.substr(0, end);
    row->family = *family;
    rows.push_back(*std::move(row));
    return true;
  });
  return rows;
}

Status ZoneStates::Put(WriteTransaction& transaction, const ZoneStateRow& row) const {
  return transaction.Put(rows_, KeyOf(row), EncodeZoneState(row));
}

}  // namespace cache
