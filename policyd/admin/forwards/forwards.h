// Where alias maps lead (`sekimorictl forwards`): outside, to nobody, or several times to one address.
//
// Junk that an alias passes on is what gets a server listed: these are the recipients for a class with `forwards`.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/admin/forwards/alias_maps.h"
#include "policyd/runtime/json.h"
#include "rules/values/result.h"

namespace policyd::admin {

// What the maps are read against.
struct AliasWorld {
  std::vector<AliasMap> maps{};            // of two entries for one name the first counts
  std::vector<std::string> own_domains{};  // ".ours.example": it and all below; those of the maps are ours, too
  std::set<std::string> mailboxes{};       // addresses, names and "@domain" that have one (virtual_mailbox_maps)
  std::function<bool(const std::string& name)> has_user{};                         // of this machine
  std::function<rules::Result<std::string>(const std::string& path)> read_file{};  // for :include:
};

// What is to say of one name; each list in the order of the map, everything once.
struct Forward {
  std::string name{}, place{};
  std::vector<std::string> outside{};   // addresses that are not ours
  std::vector<std::string> nobody{};    // where nobody reads: an address of ours that is none, /dev/null, no target
  std::vector<std::string> repeated{};  // reached in more than one way
  std::vector<std::string> loops{};     // names that lead back to themselves
  std::vector<std::string> unread{};    // files that could not be included, and why

  bool is_plain() const {
    return outside.empty() && nobody.empty() && repeated.empty() && loops.empty() && unread.empty();
  }
  bool operator==(const Forward&) const = default;
};

struct Forwards {
  std::size_t names = 0;  // of all maps
  std::vector<Forward> found{};
};

// Those of which there is something to say, as they stand in the maps.
Forwards FindForwards(const AliasWorld& world);
runtime::Json ToJson(const Forwards& forwards);  // {"names": 120, "forwards": [...]}

}  // namespace policyd::admin
