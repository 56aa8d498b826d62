// Derives the state of the client's reverse DNS from its PTR and forward Facts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/fact.h"

namespace rules {

enum class ReverseDns : std::uint8_t {
  kConfirmed,    // one PTR name has the client's address
  kNoPtr,        // there is no PTR
  kNoForward,    // no PTR name has an address
  kMismatch,     // a PTR name has addresses, none has the client's
  kUnavailable,  // an answer that could confirm is missing
};

const char* Name(ReverseDns state);

struct ReverseDnsView {
  std::optional<ReverseDns> state;  // nothing while Questions are open
  std::string name;                 // the confirmed name, else the first PTR name, else empty
  HostNames other_names;            // all PTR names but that
  bool blames_name = false;         // kUnavailable: DNS works, this client's name does not (points.unavailable_name)
  std::vector<Question> open;

  bool is_confirmed() const { return state == ReverseDns::kConfirmed; }
};

// The first name in PTR order that confirms wins.
ReverseDnsView ViewReverseDns(const IpAddress& client, const Facts& facts);

}  // namespace rules
