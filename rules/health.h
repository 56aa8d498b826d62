// The states of name servers and list sites: an immutable snapshot, swapped whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rules {

enum class SiteState : std::uint8_t {
  kUnknown,      // not yet tested: 0 points
  kUnchecked,    // publishes no test point: counts
  kHealthy,      // answers its test points as RFC 5782 says
  kRefused,      // says that we may not ask
  kQuarantined,  // lists what it must not, or not what it must
  kDead,         // does not answer at all
  kSlow,         // left out after a run of time-outs
};

struct Health {
  bool servers_are_down = false;                        // no name server answers: stale Facts may serve at once
  std::map<std::string, SiteState, std::less<>> sites;  // by zone; a zone that is not here counts

  // Does this site give points now?
  bool Counts(std::string_view zone) const;
};

}  // namespace rules
