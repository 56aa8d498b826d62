// Finds hosts in own_networks that say names of others: behind a gateway that hides the clients' addresses nothing is
// checked, and nobody would notice.
//
// An own host that says 20 different host names of other organisations in HELO within a day speaks for others; a mail
// server of ours says its own name, whatever senders its mail has.  Only own hosts are counted, so nobody else fills
// the memory or gives the alarm.  Safe from all threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "cache/locked.h"
#include "rules/policy.h"
#include "rules/request.h"
#include "rules/values/time.h"

namespace policyd::serve {

class OwnNetworkWatch {
 public:
  static constexpr std::size_t kNames = 20;
  static constexpr std::size_t kMaxClients = 256;

  // Notes the HELO name.  Returns true when the client is found to hide others, once while that lasts.
  // REQUIRES: request.client is in own_networks.
  bool Note(const rules::Policy& policy, const rules::Request& request, rules::TimePoint now);

  // Those found within the last two days.
  std::vector<rules::IpAddress> Hiding(rules::TimePoint now) const;

 private:
  struct Seen {
    rules::TimePoint since{};            // the day begins
    std::vector<std::uint64_t> names{};  // hashes, at most kNames
    std::optional<rules::TimePoint> found{};
  };

  cache::Locked<std::map<rules::IpAddress, Seen>> clients_;
};

}  // namespace policyd::serve
