// suggest: clients that were turned away and behave like mail servers.
//
// One is suggested that has a confirmed name, came back properly with at least one mail, and wrote from several senders
// to several recipients.  It has a point for each mail that came back, each sender and each recipient, of each at most
// ten.  One command accepts it: an entry for its name in the whitelist.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct SuggestOptions {
  std::vector<std::string> names{};  // accept these
  std::optional<unsigned> apply{};   // accept all that have so many points or more
  std::string since{};
  std::size_t limit = 50;
  std::string comment{}, expires{}, by{};  // of the entries
};

// A name that is not suggested ends with kNoSuchThing, and nothing is changed.
ExitStatus RunSuggest(Context& context, const SuggestOptions& options);

}  // namespace policyd::ctl
