// Verdicts of the journal: chosen, sorted, and as JSON.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/verdicts/row_signals.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

// Verdicts that were turned away, held or discarded (in the modes tag and monitor: would have been).
bool IsTurnedAway(const cache::JournalRow& row);
// Only those that were: by what was answered.
bool WasTurnedAway(const cache::JournalRow& row);

// "J4FHQ-X9T82" in any form in which people copy it: "(ref j4fhq x9t82)".
std::optional<rules::Reference> ParseReference(std::string_view text);

// An address, a network or a name, as --client takes them; an error says what was expected.
using RowFilter = std::function<bool(const cache::JournalRow&)>;
rules::Result<RowFilter> ParseClientFilter(std::string_view text);

// A mail address, or @domain; <> is the sender of bounces.
RowFilter SenderFilter(std::string_view text);
RowFilter RecipientFilter(std::string_view text);

// A reason as it is printed; an error lists them all.
rules::Result<RowFilter> ParseReasonFilter(std::string_view text);

// An action as it is printed, also one that the mode kept from being taken; an error lists them all.
rules::Result<RowFilter> ParseActionFilter(std::string_view text);

// The `limit` verdicts tried last, the newest first.  Looks through the journal: where `stop` is requested, it ends
// with what it has found.
std::vector<cache::JournalRow> NewestRows(const cache::Stores& stores, rules::TimePoint since, std::size_t limit,
                                          const RowFilter& filter, const std::stop_token& stop = {});

// Those with the references that are kept, the newest first.
std::vector<cache::JournalRow> FindRows(const cache::Stores& stores, const std::vector<rules::Reference>& references);

// The rows that `find` finds.  Answers never wait for the journal: while a daemon runs on the store in `directory` that
// may write it yet, an empty result is looked for again, for 1.5 s, or until `stop` is requested.
std::vector<cache::JournalRow> AwaitRows(const std::string& directory,
                                         const std::function<std::vector<cache::JournalRow>()>& find,
                                         const std::stop_token& stop = {});

// "dnsbl:8[zen.example]" of a row, and what else decided: "entry=@partner.example", "class=students",
// "table=clients.pcre:12".
std::string WhyOf(const cache::JournalRow& row);
// Why a verdict may not be there: how long verdicts are kept, and those that were dropped before that.
struct KeptTime {
  rules::seconds time{};
  std::optional<cache::Journal::Dropped> dropped{};  // earlier, for lack of room
};
KeptTime HowLongAreKept(const config::Config& config, const cache::Stores& stores);
// "verdicts are kept 14d; 12 were dropped earlier, ..."
std::string HowLongKept(const config::Config& config, const cache::Stores& stores);

runtime::Json RowToJson(const cache::JournalRow& row);
}  // namespace policyd::admin
