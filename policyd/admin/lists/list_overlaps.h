// Entries that overlap with one that is added: said at once, so that no list fills with entries that never count.
#pragma once

#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/people/list_entry.h"

namespace policyd::admin {

// A sentence for each kind of overlap; `entry` itself may stand in the lists or not.  Regular expressions are not
// compared, nor names and mail addresses with more than 5,000 of their kind.
std::vector<std::string> OverlapsOf(const cache::Stores& stores, const rules::ListEntry& entry, rules::TimePoint now);

}  // namespace policyd::admin
