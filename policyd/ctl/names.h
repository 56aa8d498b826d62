// names: what the name rules make of a list of host names.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct NamesOptions {
  std::string file;  // "-": standard input
};

// Lines "IP<TAB>NAME", what follows another tab is ignored -> "IP<TAB>NAME<TAB>CLASS<TAB>POINTS<TAB>RULE": the points
// that the configuration gives to such a name.  A line without an address and a tab is bad input: nothing is printed.
ExitStatus RunNames(Context& context, const NamesOptions& options);

}  // namespace policyd::ctl
