// Who of those that were turned away behaves like a mail server, from what the journal and the greylist remember.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cache/stores.h"
#include "rules/policy.h"
#include "rules/values/ip_address.h"

namespace policyd::admin {

struct Suggestion {
  std::string name;  // confirmed
  std::set<rules::IpAddress> clients;
  std::set<std::string> senders, recipients, reasons;
  std::uint64_t mails = 0;      // that were turned away
  std::uint64_t came_back = 0;  // of these
  rules::TimePoint last{};
  bool is_listed = false;  // a list spoke against one of its mails

  unsigned points() const;
};

// Those with several senders and recipients that came back, the most points first; without those that an entry of the
// whitelist lets in already, listed ones and dynamic lines: senders, recipients and retries are what a stranger
// chooses.
std::vector<Suggestion> Suggestions(const cache::Stores& stores, const rules::Policy& policy, rules::TimePoint since,
                                    rules::TimePoint now);

}  // namespace policyd::admin
