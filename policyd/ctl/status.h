// status: how the daemon is, on one screen.  reload: it reads its configuration again.
#pragma once

#include <chrono>

#include "policyd/ctl/context.h"

namespace policyd::ctl {

struct StatusOptions {
  std::chrono::milliseconds patience{3000};
};

// Exits as Nagios plug-ins do: 0 OK, 1 WARNING, 2 CRITICAL; the first line says why.
ExitStatus RunStatus(Context& context, const StatusOptions& options);

struct ReloadOptions {
  std::chrono::milliseconds patience{10'000};
};

// Sends SIGHUP and waits for the outcome; kBadConfiguration with its errors where the daemon refused it, kUnreachable
// where none runs.
ExitStatus RunReload(Context& context, const ReloadOptions& options);

}  // namespace policyd::ctl
