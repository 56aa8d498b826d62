// The daemon's process, as the system knows it.
#pragma once

#include <optional>

#include "rules/time.h"

namespace policyd::ctl {

// When it began; nothing where /proc does not tell.
std::optional<rules::TimePoint> StartedAt(int pid);

}  // namespace policyd::ctl
