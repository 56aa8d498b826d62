// Whitelist and blocklist entries of a benchmark, of every kind, and whom they are asked about.
#pragma once

#include <cstdint>
#include <string>

#include "rules/people/list_entry.h"

namespace bench {

// Kinds take turns with the number; each tenth entry stands in the blocklist.
rules::ListEntry NumberedEntry(std::uint32_t number);

// A regular expression, anchored at both ends as people write them.
rules::ListEntry NumberedPattern(std::uint32_t number);

// All that one request has looked up.
struct ListSubject {
  rules::IpAddress client;
  std::string name, sender, recipient;
};

// The entry of this number matches it, and no other of NumberedEntry().
ListSubject SubjectOf(std::uint32_t number);

}  // namespace bench
