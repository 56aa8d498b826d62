// Records of the stores <-> bytes.  Pure; the grammar of every record stands at the top of entry.cc
// and of history_entry.cc.
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
#include "rules/fact.h"
#include "rules/greylist/triplet.h"
#include "rules/people/list_entry.h"
#include "rules/values/siphash.h"

namespace cache {

struct AuditRow;
struct JournalRecord;
struct JournalRow;
struct JournalTries;
struct TripletRow;

using rules::KnownFacts;

inline constexpr std::size_t kMaxClientFacts = 256;  // in one record; the rest is dropped
inline constexpr std::size_t kMaxRowText = 64;       // of each text of a waiting triplet

// All that is known of a client: Questions of the kinds kPtr, kForward and kList.  Of a Question that is kept by name,
// name and zone are not written: they are in the key.
//
// The head of the record says when the last of the Facts ends, and of the client itself since when it is known and
// whether it was there again an hour or more later.
struct FactsHead {
  rules::TimePoint end{};
  rules::TimePoint first{};
  bool came_back = false;
};
// The end in `head` is not looked at.
std::string EncodeFacts(const KnownFacts& facts, const FactsHead& head = {});
std::optional<KnownFacts> DecodeFacts(std::string_view bytes);
// These read the first bytes only.
std::optional<FactsHead> DecodeFactsHead(std::string_view bytes);
std::optional<rules::TimePoint> LatestEnd(std::string_view bytes);

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
