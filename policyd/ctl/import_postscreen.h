// import postscreen: the block lists of Postfix's postscreen, as our configuration.
#pragma once

#include <string>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct ImportPostscreenOptions {
  std::string file{};  // main.cf, or what postconf prints; "-": standard input
};

// Prints [dnsbl] in TOML, for people to put into sekimori.toml; changes nothing.
ExitStatus RunImportPostscreen(Context& context, const ImportPostscreenOptions& options);

}  // namespace policyd::ctl
