// Records of what happened.  number, text, span, time and address are those of cache/lmdb/bytes.h.
//
// clang-format off
//   journal = tries rest
//   tries   = 4 reference first span-to-last times
//   rest    = address text*11 number-of-facts fact* class shadow would entry table spf
//             class, shadow, would, entry, table, spf: texts
//   fact    = text*4 number-of-records text* known [span]
//             text*4: asked, name, list, answer; known: 1 if there is an age, the span
//   audit   = 3 time text*6 act
//             text*6: author, command, target, before, after, reason; act: number
//             before, after: empty where there is none; act: 0 where it is a change of its own
// clang-format on
//
// Earlier versions are read, too.  Version 1 of both ends before the facts, and before the reason.  Version 2 of the
// journal ends before `would`, and its action is what enforce would have done; of the audit before the act.  Version 3
// of the journal ends before `spf`.
#include <algorithm>
#include <utility>

#include "cache/entry.h"
#include "cache/journal/journal.h"
#include "cache/lists/audit.h"
#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

constexpr std::uint8_t kJournalVersion = 4;
constexpr std::uint8_t kAuditVersion = 3;
constexpr std::size_t kMaxFacts = 64;    // of one verdict; an installation has fewer lists
constexpr std::size_t kMaxRecords = 10;  // of one fact: enough to see why
constexpr std::size_t kMostTries = 32;   // bytes
constexpr std::size_t kUsualRest = 512;  // bytes, most rows have fewer

std::uint8_t ReadVersion(ByteReader& reader, std::uint8_t newest) {
  const std::uint8_t version = reader.Byte();
  if (version < 1 || version > newest) reader.Refuse();
  return version;
}

void WriteFact(ByteWriter& writer, const rules::FactText& fact) {
  writer.Texts({fact.asked, fact.name, fact.list, fact.answer});
  const std::size_t count = std::min(fact.records.size(), kMaxRecords);
  writer.Number(count);
  for (std::size_t i = 0; i < count; ++i) writer.Text(fact.records[i]);
  writer.Byte(fact.age ? 1 : 0);
  if (fact.age) writer.Span(*fact.age);
}

rules::FactText ReadFact(ByteReader& reader) {
  rules::FactText fact;
  reader.Texts({&fact.asked, &fact.name, &fact.list, &fact.answer});
  fact.records.resize(reader.Count(kMaxRecords));
  for (std::string& record : fact.records) record = reader.Text();
  const std::uint8_t is_known = reader.Byte();
  if (is_known > 1) reader.Refuse();
  if (is_known == 1) fact.age = reader.Span();
  return fact;
}

JournalTries ReadTries(ByteReader& reader) {
  JournalTries tries;
  tries.reference.code = reader.Number();
  tries.first = reader.Time();
  tries.last = tries.first + reader.Span();
  tries.times = static_cast<std::uint32_t>(reader.Count(UINT32_MAX));
  return tries;
}

// Version 2 says what enforce would have done; this is what was answered.
void SplitAction(JournalRow& row) {
  if (row.mode == "enforce" || row.action == "pass") return;
  row.would = std::exchange(row.action, row.mode == "tag" ? "tag" : "pass");
  if (row.would == row.action) row.would.clear();
}

}  // namespace

std::string EncodeJournal(const JournalRecord& record) {
  const JournalTries& tries = record.tries;
  ByteWriter writer(kMostTries + record.rest.size());
  writer.Byte(kJournalVersion);
  writer.Number(tries.reference.code);
  writer.Time(tries.first);
  writer.Span(tries.last - tries.first);
  writer.Number(tries.times);
  writer.Raw(record.rest);
  return writer.Take();
}

JournalRecord ToRecord(const JournalRow& row) {
  ByteWriter writer(kUsualRest);
  writer.Address(row.client);
  writer.Texts({row.name, row.reverse_dns, row.helo, row.sender, row.recipient, row.action, row.reason, row.mode,
                row.score, row.signals, row.reply});
  const std::size_t count = std::min(row.facts.size(), kMaxFacts);
  writer.Number(count);
  for (std::size_t i = 0; i < count; ++i) WriteFact(writer, row.facts[i]);
  writer.Texts({row.recipient_class, row.shadow, row.would, row.entry, row.table, row.spf});
  return {.tries = {.reference = row.reference, .first = row.first, .last = row.last, .times = row.times},
          .rest = writer.Take()};
}

std::optional<JournalRow> DecodeJournalRow(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint8_t version = ReadVersion(reader, kJournalVersion);
  JournalRow row;
  const JournalTries tries = ReadTries(reader);
  row.reference = tries.reference;
  row.first = tries.first;
  row.last = tries.last;
  row.times = tries.times;
  row.client = reader.Address();
  reader.Texts({&row.name, &row.reverse_dns, &row.helo, &row.sender, &row.recipient, &row.action, &row.reason,
                &row.mode, &row.score, &row.signals, &row.reply});
  if (version >= 2) row.facts.resize(reader.Count(kMaxFacts));
  for (rules::FactText& fact : row.facts) fact = ReadFact(reader);
  if (version >= 2) reader.Texts({&row.recipient_class, &row.shadow});
  if (version >= 3) {
    reader.Texts({&row.would, &row.entry, &row.table});
  } else {
    SplitAction(row);
  }
  if (version >= 4) row.spf = reader.Text();
  if (!reader.Finish()) return std::nullopt;
  return row;
}

std::optional<JournalTries> DecodeTries(std::string_view journal_row) {
  ByteReader reader(journal_row);
  ReadVersion(reader, kJournalVersion);
  const JournalTries tries = ReadTries(reader);
  if (!reader.is_sound()) return std::nullopt;
  return tries;
}

std::optional<Holding> DecodeJournalHolding(std::string_view journal_row) {
  ByteReader reader(journal_row);
  ReadVersion(reader, kJournalVersion);
  const JournalTries tries = ReadTries(reader);
  const rules::IpAddress client = reader.Address();
  if (!reader.is_sound()) return std::nullopt;
  // A real mail server comes back; a flood of invented senders does not.
  constexpr rules::seconds kComesBackAfter{60};
  const bool came_back = tries.last - tries.first >= kComesBackAfter;
  return Holding{.client = client, .began = tries.first, .standing = came_back ? Standing::kProven : Standing::kNew};
}

std::string EncodeAuditRow(const AuditRow& row) {
  ByteWriter writer;
  writer.Byte(kAuditVersion);
  writer.Time(row.time);
  writer.Texts({row.author, row.command, row.target, row.before.value_or(""), row.after.value_or(""), row.reason});
  writer.Number(row.act.value_or(0));
  return writer.Take();
}

std::optional<AuditRow> DecodeAuditRow(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint8_t version = ReadVersion(reader, kAuditVersion);
  AuditRow row;
  row.time = reader.Time();
  reader.Texts({&row.author, &row.command, &row.target});
  for (auto* entry : {&row.before, &row.after}) {
    if (const std::string_view text = reader.Text(); !text.empty()) *entry = text;
  }
  if (version >= 2) row.reason = reader.Text();
  const std::uint64_t act = version >= 3 ? reader.Number() : 0;
  if (act > 0) row.act = act;
  if (!reader.Finish()) return std::nullopt;
  return row;
}

}  // namespace cache
