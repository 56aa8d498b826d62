// Why mail of a client is let in or turned away, and what would change it.  Changes nothing.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct ExplainOptions {
  std::string subject{};                      // a client's address, or a reference
  std::string helo{}, sender{}, recipient{};  // sender: <> for a bounce
  bool is_from_cache = false;                 // else DNS is asked afresh, so that what was mended a minute ago is seen
};

ExitStatus RunExplain(Context& context, const ExplainOptions& options);

}  // namespace policyd::ctl
