// What is worth knowing of an entry that is added: how many recent verdicts it would have changed, what was probably
// meant where there are none, from where a sender's mail really came, and what overlaps.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/people/list_entry.h"
#include "rules/policy.h"

namespace policyd::admin {

struct ListAdvice {
  std::size_t changed = 0;  // of `judged` recent verdicts
  std::size_t judged = 0;
  std::vector<std::string> notes;  // sentences without a full stop
};

ListAdvice Advise(const cache::Stores& stores, const rules::Policy& policy, const rules::ListEntry& entry,
                  const std::vector<cache::JournalRow>& recent, rules::TimePoint now);

// A sentence for each kind of overlap; `entry` itself may stand in the lists or not.  Regular expressions are not
// compared, nor names and mail addresses with more than 5,000 of their kind.
std::vector<std::string> OverlapsOf(const cache::Stores& stores, const rules::ListEntry& entry, rules::TimePoint now);

}  // namespace policyd::admin
