// The commands by which a sender's administrator can check what we saw, with the real names.  Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cache/journal/journal.h"

namespace policyd::http::why {

struct Check {
  enum class Kind : std::uint8_t { kReverse, kForward, kHelo, kList, kNameList } kind = Kind::kReverse;
  std::string list{};                   // kList, kNameList: as it is shown
  std::vector<std::string> commands{};  // of dig, of nslookup

  bool operator==(const Check&) const = default;
};

// Names that are none are left out: whoever pastes a command into a shell runs what stands in it, and a stranger chose
// the names.
std::vector<Check> ChecksFor(const cache::JournalRow& row);

// Letters, digits, hyphens, dots and underscores, not beginning with a hyphen.
bool IsSafeInCommand(std::string_view name);

}  // namespace policyd::http::why
