// What may stand in the whitelist and the blocklist, checked before anything is written, and how it is told to people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/people/list_entry.h"

namespace policyd::ctl {

// A target that the daemon can match; as rules::Target::Parse, and a regular expression must compile.
rules::Result<rules::Target> ParseTarget(std::string_view text);

// All targets, each once, or every error.
struct Targets {
  std::vector<rules::Target> targets;
  std::vector<std::string> errors;
};
Targets ParseTargets(const std::vector<std::string>& texts);

// Does the entry make sense as a whole?  `if_confirmed` is normalised.
rules::Status CheckEntry(rules::ListEntry& entry);

// "mail from the sender a@example.com, if the client's confirmed name is example.com or below it, until 2026-12-01..."
std::string Describe(const rules::ListEntry& entry, std::string (*print_time)(rules::TimePoint) = rules::PrintTime);

}  // namespace policyd::ctl
