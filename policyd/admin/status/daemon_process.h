// The daemon's process, as the system knows it.
#pragma once

#include <optional>

#include "rules/values/time.h"

namespace policyd::admin {

// When it began; nothing where /proc does not tell.
std::optional<rules::TimePoint> StartedAt(int pid);

// Is it a sekimorid?  The lock file is the store owner's: what it says must not make root signal another process.
bool IsDaemon(int pid);

}  // namespace policyd::admin
