// Looks at what one of our domains says of its mail: SPF, DMARC and MX.  Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rules/question.h"
#include "rules/watch/watch.h"

namespace rules {

// What DNS said; null while it is not known.
using AskForWatch = std::function<const WatchAnswer*(std::string name, RecordType type)>;

// A finding for each check that can be made with what is known.
//
// SPF holds where each of the plan's addresses passes for the domain; a pass that anybody would get is none.  Without
// addresses it holds where there is a record that can be read.  DMARC may come from a domain above.  A domain without
// MX takes its mail itself (RFC 5321, section 5.1); one with a null MX takes none, so bounces to it are lost.
std::vector<WatchFinding> ViewMailDomain(const std::string& domain, const WatchPlan& plan, const AskForWatch& ask);

}  // namespace rules
