// evaluate: what labelled mail of the past would get under this configuration, before it turns anybody away.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct EvaluateOptions {
  std::string file;  // labelled mail (policyd/admin/measure/labelled_mail.h); "-": standard input
  bool with_lists = false;
  std::string svg{};  // a picture of the rates is written there; empty: none
};

// Prints a row for each corpus, label and hop, by band and by signal.  Asks no DNS and opens no store; every mail is a
// first sight.  Without lists none is judged; with them the recorded hits are, by the configured sites or, where there
// are none, by contrib/dnsbl.toml.
ExitStatus RunEvaluate(Context& context, const EvaluateOptions& options);

}  // namespace policyd::ctl
