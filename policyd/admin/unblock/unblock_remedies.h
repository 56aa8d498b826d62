// Finds the narrowest list entry that would let a mail in that was turned away, by deciding again with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "policyd/config/config.h"
#include "rules/people/list_entry.h"
#include "rules/verdict.h"

namespace policyd::admin {

// Entries that could help, the narrowest first; only target and if_confirmed are set.
//
//   a confirmed name                         the name, else the address
//   ... of a dynamic line or a cloud         the address: the name is nothing else
//   ... of a numbered farm or a provider     @sender-domain from clients under the registered domain, else as above
//   no confirmed name                        the address
//   `is_wide`                                .registered-domain of a confirmed name (not of such a line), then the
//                                            client's network
//
// `recent` rows tell farms and providers: other numbers, or other senders' domains, under the same registered domain.
std::vector<rules::ListEntry> Remedies(const rules::Policy& policy, const cache::JournalRow& row,
                                       const std::vector<cache::JournalRow>& recent, bool is_wide);

// The verdict on the mail of this row, were `entry` in the lists: by the daemon's code, on what is remembered.  Nobody
// is asked, nothing is written.
rules::Verdict DecideWith(const config::Config& config, const cache::Stores& stores, const cache::JournalRow& row,
                          const rules::ListEntry& entry, rules::TimePoint now);

// Is the mail let in, with a header at most?  Not where that rests on what DNS was not asked.
bool LetsIn(const rules::Verdict& verdict);

}  // namespace policyd::admin
