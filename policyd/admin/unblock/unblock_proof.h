// What of a mail that was turned away is proven, and whether that is enough to let its client in.  Pure.
//
// A stranger chooses the sender, the recipient, HELO and PTR record.  Proven are the client's address, as Postfix saw
// it, and a name that is forward-confirmed.  Who is looked for by what anybody can claim may be somebody else: then
// only a reference decides.
#pragma once

#include <string>
#include <vector>

#include "cache/journal/journal.h"
#include "policyd/admin/unblock/unblock_subject.h"
#include "rules/policy.h"

namespace policyd::admin {

// "client address 192.0.2.1 as Postfix saw it, name mail.partner.example (forward-confirmed)"
std::string ProvenOf(const cache::JournalRow& row);
// "sender <ann@partner.example>, HELO name mail: anybody can claim them"
std::string UnprovenOf(const cache::JournalRow& row);

// Why the client of this row must not be let in on the ground of this selection; empty where it may.
std::string WhyNotBy(const Selection& selection, const cache::JournalRow& row, const rules::Policy& policy);

// What a person should know before the client of this row is let in.
std::vector<std::string> WarningsAbout(const cache::JournalRow& row, const rules::Policy& policy);

}  // namespace policyd::admin
