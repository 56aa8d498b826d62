// Whose word a path is: who could exchange what stands at its end while a process of root's works there.
//
// Root writes, makes folders and gives them away only where nobody else decides what its path leads to.
#pragma once

#include <sys/types.h>

#include <string>

#include "rules/values/result.h"

namespace policyd::admin {

enum class PathPower : std::uint8_t {
  kRoot,   // root alone decides what stands there
  kOwner,  // root and `owner`
};

// Follows the folders above the last part of `path`, links included.  An error that names the folder or link where one
// belongs to somebody else, or others may write to it and it has no sticky bit.  The last part itself is not looked at.
rules::Result<PathPower> PowerOver(const std::string& path, uid_t owner);

}  // namespace policyd::admin
