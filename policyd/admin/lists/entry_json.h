// A list entry as JSON: the form of --json, of export and import, and of the audit.
//
//     {"list":"blocklist","target":"203.0.113.9","action":"reject","if_confirmed":"","comment":"spam","author":"ann",
//      "created":"2026-11-21T08:30:00Z","expires":null}
//
// Members always stand in this order, `action` only in the blocklist: exports can be compared line by line.
#pragma once

#include <string_view>

#include "policyd/runtime/json.h"
#include "rules/people/list_entry.h"

namespace policyd::admin {

Json EntryToJson(const rules::ListEntry& entry);

// Reads one line of an export.  Members that are not there keep those of `defaults`; unknown ones are ignored.  Errors
// say which member, what was expected and what was there.
rules::Result<rules::ListEntry> EntryFromJson(std::string_view line, const rules::ListEntry& defaults);

// "2026-11-21T08:30:00Z" and nothing else.
std::optional<rules::TimePoint> ParseTime(std::string_view text);

}  // namespace policyd::admin
