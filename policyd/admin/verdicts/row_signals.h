// Reads the signals against a client out of a row of the journal.  Pure.
#pragma once

#include <string>
#include <vector>

#include "cache/journal/journal.h"
#include "rules/values/points.h"

namespace policyd::admin {

struct RowSignal {
  std::string kind;  // "dnsbl"
  rules::Points points;
  std::string detail;  // the list, as it is shown; empty where the row does not say it
};

// As rules::PrintSignals() wrote them, the most points first; words that cannot be read are left out.
std::vector<RowSignal> SignalsOf(const cache::JournalRow& row);

// Did a list speak against the client, or against a name of the mail?
bool IsListed(const cache::JournalRow& row);
// "zen.spamhaus.org, psbl.surriel.com", as far as the row says it.
std::string ListsOf(const cache::JournalRow& row);

bool HasConfirmedName(const cache::JournalRow& row);

// Is the confirmed name a line's or a rented machine's, so that it says no more than the address?
bool HasNameOfALine(const cache::JournalRow& row);

// Was reverse DNS looked at?  Where a list of people decides on the address alone, it is not.
bool WasNameAsked(const cache::JournalRow& row);
// "confirmed", "no_ptr", ... or "not_asked".
std::string ReverseDnsOf(const cache::JournalRow& row);

}  // namespace policyd::admin
