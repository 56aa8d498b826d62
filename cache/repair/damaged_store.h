// What becomes of an environment that is damaged: it is moved aside, so that a new one can begin.
#pragma once

#include <string>

#include "cache/lmdb/durable_file.h"

namespace cache {

// Renames STORE/NAME to STORE/NAME.damaged-20261129T170000Z and returns the new name (without STORE).  Of what was
// moved aside before only the oldest and the newest few are kept, so that the disk does not fill.
Result<std::string> MoveAside(const std::string& store, const std::string& name);

// Marks a process left that ended while it used the environment (crash_marks.h).
enum class Suspicion : unsigned char {
  kNone,
  kLook,   // it ended elsewhere, or nobody knows where
  kOnce,   // it ended in this environment
  kAgain,  // not for the first time, though every page was sound
};
// Takes note of the suspicion.
Suspicion TakeSuspicion(const std::string& environment);
// It has served well for a while.
void ForgetSuspicion(const std::string& environment);

}  // namespace cache
