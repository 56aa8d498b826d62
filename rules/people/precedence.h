// Applies the whitelist and blocklist entries of people to one mail: the narrowest client entry wins; only without one
// do sender entries count; a whitelisted recipient comes first.
#pragma once

#include <optional>
#include <vector>

#include "rules/evaluate.h"

namespace rules {

struct PeopleView {
  const ListEntry* entry = nullptr;  // decides; stands in the Facts
  std::vector<Question> open{};      // for the stores: without their answers nothing is said
  bool waits_for_dns = false;        // an answer of DNS may bring another entry, or take the force from this one
};

// Is this one of kPeopleKinds asked for this mail?  Nobody has entries for a null sender or no recipient.
bool IsAsked(Question::Kind people, const Request& request);

// The Questions for the stores that need no answer of DNS.
std::vector<Question> PeopleQuestions(const Request& request);

// Have they all been answered?  Before, nothing else need be looked at.
bool KnowsPeople(const Request& request, const Facts& facts);

// Is there no entry at all for the client's address, the sender or the recipient?
bool ArePeopleSilent(const Facts& facts);

// Is there an entry for the sender that holds only where SPF passes?  One of the whitelist?
bool NeedsSenderProof(const Facts& facts);
bool AllowsProvenSender(const Facts& facts);

// REQUIRES: KnowsPeople().  `is_proven`: does SPF pass for the sender?  Nothing while that is open.  `lists` says
// whether block lists speak, or may yet speak, against the client: a sender is easily forged.
PeopleView ViewPeople(const ReverseDnsView& reverse, const Assessment& lists, std::optional<bool> is_proven,
                      const Facts& facts);

}  // namespace rules
