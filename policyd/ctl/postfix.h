// postfix: the lines for this machine's main.cf.
#pragma once

#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct PostfixOptions {
  std::string file{};  // what postconf printed, "-": standard input; empty: postconf is run
};

// Prints what can be pasted into main.cf as it stands: all besides is in comments.  Changes nothing.
ExitStatus RunPostfix(Context& context, const PostfixOptions& options);

// The name by which main.cf reaches us.  A UNIX socket below Postfix's folder comes first: a chrooted smtpd reaches it,
// and systemd's own does without a line in our configuration.
std::string ServerFor(const std::vector<Endpoint>& listen, const std::string& queue_directory, bool has_unit);

}  // namespace policyd::ctl
