// Holds the text of a bounce against the verdict before somebody acts on it: anybody can write a bounce around a
// reference that is real.  Pure.
#pragma once

#include <string>
#include <vector>

#include "cache/journal/journal.h"
#include "rules/policy.h"

namespace policyd::admin {

// All mail addresses in lower case, each once.
struct BounceClaims {
  std::vector<rules::IpAddress> clients;    // addresses that the text names, but for those of the refusing server
  std::vector<std::string> senders;         // of the envelope
  std::vector<std::string> recipients;      // that were refused
  std::vector<std::string> authors;         // From:, which may differ from the sender
  std::vector<std::string> mail_addresses;  // all others, where the text says none of these
};

// REQUIRES: readings as ReadingsOf() gives them.
BounceClaims ClaimsIn(const std::vector<std::string>& readings);

// Where text and verdict differ.
struct Disagreement {
  const char* about;  // "client", "sender", ...
  std::string in_text, in_verdict;
};

// REQUIRES: rows of one client and sender.
std::vector<Disagreement> Disagreements(const BounceClaims& claims, const std::vector<cache::JournalRow>& rows,
                                        const rules::Policy& policy);

}  // namespace policyd::admin
