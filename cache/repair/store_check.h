// Finds out whether an environment is sound, in a process of its own, since LMDB ends the process where it meets
// damage; and moves a damaged one aside, so that a new one can begin.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cache/lmdb/durable_file.h"
#include "cache/lmdb/lmdb.h"
#include "rules/values/statement.h"

namespace cache {

struct StoreCheck {
  enum class State : std::uint8_t {
    kSound,
    kAbsent,     // no file, or nothing in it
    kDamaged,    // `why`: its head, a page, a table that is not ours, or what stands in its place
    kUnchecked,  // it could not be opened here, for which its content is not to blame
  };
  State state = State::kUnchecked;
  std::optional<rules::Statement> why;
};

// Opens the environment and looks at every page that is in use, for as long as `patience`: what was not reached by then
// counts as sound.  The process that asks must not have it open.
StoreCheck CheckStore(const Environment::Options& options, std::chrono::milliseconds patience);

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
