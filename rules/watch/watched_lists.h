// Knows the public lists on which own addresses and domains are looked for, with the pages that take requests for
// removal.  A larger set than anybody uses to judge mail: what others look at counts here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rules {

struct WatchedList {
  std::string_view zone;
  std::string_view removal;  // a page; empty: entries end by themselves, or nobody says
  bool has_ipv4 = true, has_ipv6 = false, has_names = false;
  // Asked only where it is named (watch.lists): it takes money for removals, wants the resolver to be registered, or
  // bans those that ask.
  bool is_asked = true;
};

std::span<const WatchedList> WatchedLists();

// Null where it is none of these.
const WatchedList* FindWatchedList(std::string_view zone);

}  // namespace rules
