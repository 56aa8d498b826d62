// Defines the greylist's records: a triplet (client key, sender, recipient), and how often a client passed.
#pragma once

#include <cstdint>

#include "rules/values/time.h"

namespace rules {

struct Triplet {
  TimePoint first_seen{};
  TimePoint last_seen{};
  std::uint32_t passes = 0;  // 0: waiting for the client to come back

  bool is_waiting() const { return passes == 0; }
  bool operator==(const Triplet&) const = default;
};

struct AutoWhitelistCount {
  std::uint32_t passes = 0;  // counted at most once an hour
  TimePoint last_pass{};

  bool operator==(const AutoWhitelistCount&) const = default;
};

}  // namespace rules
