// Checks entries of the whitelist and the blocklist before anything is written, and shows them to people.
//
// A list entry as JSON: the form of --json, of export and import, and of the audit.
//
//     {"list":"blocklist","target":"203.0.113.9","action":"reject","if_confirmed":null,"comment":"spam","author":"ann",
//      "created":"2026-11-21T08:30:00Z","expires":null}
//
// Members always stand in this order, `action` only in the blocklist, `if_spf` only where it is true: exports can be
// compared line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/admin/option_values.h"
#include "policyd/runtime/json.h"
#include "rules/people/list_entry.h"

namespace policyd::admin {

// A target that the daemon can match; as rules::Target::Parse, and a regular expression must compile.
rules::Result<rules::Target> ParseTarget(std::string_view text);

// The options that all entries of one command share.
struct EntryOptions {
  std::string comment{};
  OptionalText expires{};       // "30d"; else for ever
  OptionalText by{};            // else the login
  OptionalText if_confirmed{};  // a domain
  bool if_spf = false;
  OptionalText action{};  // blocklist only; else reject
};

// The person who does something, and the time.
struct Caller {
  std::string login{};  // who typed the command; --by may name somebody else
  rules::TimePoint now{};
};

// The entry that the options describe, without a target; an error says which option is wrong.
Result<rules::ListEntry> MakeEntry(const Caller& caller, rules::ListKind list, const EntryOptions& options);

// All targets, each once, or every error.
struct Targets {
  std::vector<rules::Target> targets;
  std::vector<std::string> errors;
};
Targets ParseTargets(const std::vector<std::string>& texts);

// Does the entry make sense as a whole?  `if_confirmed` is normalised.
Status CheckEntry(rules::ListEntry& entry);
// An error of it where the input is a member of a line.
rules::Error AsText(const Error& error);

// "mail from the sender a@example.com, if the client's confirmed name is example.com or below it, until 2026-12-01..."
std::string Describe(const rules::ListEntry& entry, std::string (*print_time)(rules::TimePoint) = rules::PrintTime);

runtime::Json EntryToJson(const rules::ListEntry& entry);

// Reads one line of an export.  Members that are not there keep those of `defaults`; unknown ones are ignored.  Errors
// say which member, what was expected and what was there.
rules::Result<rules::ListEntry> EntryFromJson(std::string_view line, const rules::ListEntry& defaults);
// The same of an entry that was kept, as in the audit: with texts that nobody may hand in any more, as they were.
rules::Result<rules::ListEntry> KeptEntryFromJson(std::string_view line, const rules::ListEntry& defaults);

// "2026-11-21T08:30:00Z" and nothing else.
std::optional<rules::TimePoint> ParseTime(std::string_view text);

}  // namespace policyd::admin
