// DNS lists that are gone: asking them costs time, and some came to list the whole world when their domain was sold.
#pragma once

#include <string_view>

namespace rules {

struct DeadZone {
  std::string_view zone;     // with all zones below it
  std::string_view what;     // "shut down in 2024"
  std::string_view instead;  // the zone that took its place, or empty
};

// The entry for a zone, or null where it is not known to be gone.  REQUIRES: zone is normalised.
const DeadZone* FindDeadZone(std::string_view zone);

}  // namespace rules
