// All that there is to say of what somebody has in hand: a client's address, a host name, a mail address or a
// reference.  What DNS says both ways, what would be decided now, what was decided lately, which entries of people
// speak of it, and the entry that would help.  Changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/explain/explain.h"
#include "policyd/admin/lists/lists.h"
#include "policyd/admin/unblock/unblock.h"

namespace policyd::admin {

// A host name that was looked up, and what its addresses say.
struct ForwardLookUp {
  std::string name;
  rules::Addresses addresses{};
  bool is_answered = false;  // else DNS does not answer
};

struct LookedUp {
  ExplainOptions asked;
  std::optional<ForwardLookUp> forward{};     // of a host name
  std::optional<Explained> explained{};       // of an address, a reference, or the first address of a host name
  std::vector<cache::JournalRow> rows{};      // the newest first
  std::vector<UsedEntry> entries{};           // of the whitelist and the blocklist, that name it
  std::optional<UnblockOutcome> help{};       // what `unblock` would do
  std::optional<rules::Statement> no_help{};  // why there is none, or it is not clear
};

// An error where the subject is nothing of all that, or a reference that is not kept.  Asks DNS: takes seconds.
Result<LookedUp> LookUp(const config::Config& config, const cache::Stores& stores, const ExplainOptions& options,
                        rules::TimePoint now);

}  // namespace policyd::admin
