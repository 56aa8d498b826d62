// Is an environment sound?  Found out in a process of its own: LMDB ends the process where it meets damage.
#pragma once

#include <chrono>
#include <string>

#include "cache/lmdb/lmdb.h"

namespace cache {

struct StoreCheck {
  enum class State : std::uint8_t {
    kSound,
    kAbsent,     // no file, or nothing in it
    kDamaged,    // `why`: its head, a page, a table that is not ours, or what stands in its place
    kUnchecked,  // it could not be opened here, for which its content is not to blame
  };
  State state = State::kUnchecked;
  std::string why;
};

// Opens the environment and looks at every page that is in use, for as long as `patience`: what was not reached by then
// counts as sound.  The process that asks must not have it open.
StoreCheck CheckStore(const Environment::Options& options, std::chrono::milliseconds patience);

}  // namespace cache
