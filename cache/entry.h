// Records of the stores <-> bytes.  Pure; the grammar of every record stands at the top of entry.cc
// and of history_entry.cc; that of facts is in cache/facts/fact_record.h.
//
// Decode...() gives nothing for bytes that it does not understand to the last one: a damaged record, or one of a newer
// version, counts as none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/shares/shares.h"
#include "rules/greylist/triplet.h"
#include "rules/people/list_entry.h"
#include "rules/values/siphash.h"

namespace cache {

struct AuditRow;
struct JournalRecord;
struct JournalRow;
struct JournalTries;
struct TripletRow;

inline constexpr std::size_t kMaxRowText = 64;  // of each text of a waiting triplet

// Texts beyond kMaxRowText are cut; a confirmed triplet keeps none, and of its client the network.
std::string EncodeTriplet(const TripletRow& row);
std::optional<TripletRow> DecodeTriplet(std::string_view bytes);
// The record alone: what a request needs.
std::optional<rules::Triplet> DecodeTripletRecord(std::string_view bytes);
// The client of a triplet (where it is confirmed: the first of its network), and when it was first seen.  Nothing where
// the record says no client.
std::optional<Holding> DecodeTripletHolding(std::string_view bytes);

std::string EncodePasses(const rules::AutoWhitelistCount& count);
std::optional<rules::AutoWhitelistCount> DecodePasses(std::string_view bytes);

JournalRecord ToRecord(const JournalRow& row);
std::string EncodeJournal(const JournalRecord& record);
std::optional<JournalRow> DecodeJournalRow(std::string_view bytes);
// Reads the first bytes only.
std::optional<JournalTries> DecodeTries(std::string_view journal_row);
std::optional<Holding> DecodeJournalHolding(std::string_view journal_row);

std::string EncodeAuditRow(const AuditRow& row);  // without its number: that is the key
std::optional<AuditRow> DecodeAuditRow(std::string_view bytes);

std::string EncodeListEntry(const rules::ListEntry& entry);
std::optional<rules::ListEntry> DecodeListEntry(std::string_view bytes);

std::string EncodeSecret(const rules::HashKey& secret);
std::optional<rules::HashKey> DecodeSecret(std::string_view bytes);

}  // namespace cache
