// Applies the greylist to one mail, under one client key to three: its answer, and what to remember of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "rules/greylist/greylist.h"

namespace rules {

struct GreylistView {
  std::vector<Question> open;  // for the store: without its answers the rest says nothing
  // For DNS: whether SPF passes for the sender: its domain is a key then, and people here may have written to it. Asked
  // of a mail that nothing else lets in.
  std::vector<Question> proof;
  std::vector<std::string> client_keys;
  bool is_proven = false;         // SPF passes for the sender
  std::optional<Triplet> record;  // of the keys' records the one that helps most
  TripletView triplet;
  std::string passes_key;
  AutoWhitelistCount passes;
  bool is_auto_whitelisted = false;
  // The mail came back under the key of its sender's domain alone.  That says nothing for the client's other mail.
  bool is_known_by_sender = false;
  // The message has another recipient for whom its client came back.  `triplet` then says that it is known.
  bool is_vouched = false;
  // It is from somebody to whom people here wrote: nobody forged the sender.
  bool is_of_correspondent = false;

  bool came_back() const { return triplet.state == TripletState::kPassed || triplet.state == TripletState::kKnown; }
  // Whatever lists come to say of the client.
  bool lets_in_for_good() const { return came_back() || is_of_correspondent; }
  bool lets_in() const { return is_auto_whitelisted || lets_in_for_good(); }
  // Of a mail that is let in.
  Reason reason() const;
};

// Under what the conduct of a client is counted: the registered domain of its own confirmed name, else its network.
// REQUIRES: assessment.reverse.state is known.
std::string ClientKey(const Policy& policy, const IpAddress& client, const ClientAssessment& assessment);

// `is_listed`: some list names the client, and the auto-whitelist does not hold for it.  REQUIRES:
// assessment.reverse.state is known, as another name is another key.
GreylistView ViewGreylist(const Policy& policy, const Request& request, const ClientAssessment& assessment,
                          const Facts& facts, bool is_listed, TimePoint now);

// `is_listed`: a pass with a list hit, or with one that may still come, does not count for the auto-whitelist.
// REQUIRES: view.open is empty.
Remember RememberOf(const Policy& policy, Mode mode, const GreylistView& view, bool is_listed, TimePoint now);

}  // namespace rules
