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

#include "policyd/admin/lists/suggestions.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

using admin::SuggestOptions;

// A name that is not suggested ends with kNoSuchThing, and nothing is changed.
ExitStatus RunSuggest(Context& context, const SuggestOptions& options);

}  // namespace policyd::ctl
