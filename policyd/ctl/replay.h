// replay: a trace of mail comes again, on its own clock, through the decision and the greylist as they are configured.
//
// A trace holds the mails that a server took, so what "please send again" does to a sender is not in it: a mail that is
// greylisted comes back after --retry-after, and again until it is let in or the retry window is over; spam does not,
// unless --spam-returns.  What is deferred or rejected for good does not come back.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct ReplayOptions {
  std::string file{};  // a trace (policyd/admin/measure/labelled_mail.h); "-": standard input
  bool with_lists = false;
  std::string svg{};  // a picture of the rates is written there; empty: none
  std::string retry_after = "15m";
  bool spam_returns = false;
};

// Prints for each label what the first try gets, by band and by signal, and how long those wait that come back.  As if
// enforced, whatever policy.mode is; asks no DNS, touches no store but one of its own.
ExitStatus RunReplay(Context& context, const ReplayOptions& options);

}  // namespace policyd::ctl
