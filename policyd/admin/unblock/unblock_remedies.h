// Finds the narrowest list entry that would let a mail in that was turned away, by deciding again with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/stores.h"
#include "policyd/admin/unblock/unblock_plan.h"
#include "policyd/config/config.h"
#include "rules/people/list_entry.h"
#include "rules/verdict.h"

namespace policyd::admin {

// Entries that could help, the narrowest first; only the target and its condition are set.
//
//   a confirmed name                         the name, else the address
//   ... of a dynamic line or a cloud         the address: the name is nothing else
//   ... of a numbered farm or a provider     @sender-domain from clients under the registered domain, else as above
//   no confirmed name                        the address
//   ... where SPF proves the sender          @sender-domain where SPF passes, before a bare address: the address may go
//                                            to somebody else
//   ... of a domain of many users            user@sender-domain for @sender-domain, on both conditions
//   `is_wide`                                .registered-domain of a confirmed name (not of such a line), then the
//                                            client's network
//
// Recent rows tell farms and providers: other numbers, or other senders' domains, under the same registered domain.
std::vector<rules::ListEntry> Remedies(const rules::Policy& policy, const UnblockCase& about, bool is_wide);

// Is this a domain under which anybody can have a mailbox?
bool IsMailboxProvider(const rules::Policy& policy, std::string_view domain);
// Has the sender's domain many users who know nothing of one another?  A mailbox provider, or one whose SPF record lets
// as many machines send as only a provider has.
bool HasManyUsers(const rules::Policy& policy, const UnblockCase& about);

// Has the client a confirmed name that is not that of a dynamic line or a rented machine?  Such a name passes to the
// next user of the address.
bool HasOwnName(const cache::JournalRow& row);

rules::Request RequestOf(const cache::JournalRow& row);

// The verdict on the newest mail of the case, were `entry` in the lists: by the daemon's code, on what is remembered.
// Nobody is asked, nothing is written.
rules::Verdict DecideWith(const config::Config& config, const cache::Stores& stores, const UnblockCase& about,
                          const rules::ListEntry& entry, rules::TimePoint now);

// Is the mail let in, with a header at most?  Not where that rests on what DNS was not asked.
bool LetsIn(const rules::Verdict& verdict);

}  // namespace policyd::admin
