// Picks the verdicts that prove a client honest: what a DNS list says of such a client tells whether to believe the
// list.
//
// A list that names many honest clients is put into quarantine, for everybody: nobody becomes a witness by what one
// stranger chooses.  VRFY, ETRN, own networks, logins, the automatic whitelist, triplets and entries for senders or
// recipients prove nothing of a client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/verdict.h"

namespace rules {

// May the verdict make its client a witness?  Looks at no Fact: asked of every request.
bool MayTestify(const Verdict& verdict);

struct Testimony {
  bool is_vouched_for = false;      // by people, by its address or its own confirmed name
  std::vector<std::string> absent;  // else the zones that answered that they do not list it
};

// Nothing where the client is no witness, against no list.  REQUIRES: `verdict` rests on `facts`.
std::optional<Testimony> TestimonyOf(const Policy& policy, const IpAddress& client, const Verdict& verdict,
                                     const Facts& facts);

// Networks joined upwards: the owner of one has all of its addresses, and speaks once.
struct WitnessNetworks {
  Network one;   // a /24 or /48: one witness
  Network many;  // the /16 or /32 around it: a few
};
WitnessNetworks NetworksOf(const IpAddress& witness);
inline constexpr std::size_t kWitnessesOfMany = 5;

}  // namespace rules
