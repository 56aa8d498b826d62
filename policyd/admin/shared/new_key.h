// The key that several hosts share: made once, copied to each.
#pragma once

#include <string>

#include "policyd/admin/error.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct NewKey {
  std::string file;
};

// Writes 32 random bytes to a file that is not there yet, with mode 0640: a key is never replaced, because what the
// other hosts know by it would be lost to this one.
Result<NewKey> MakeSharedKey(const std::string& file);
runtime::Json ToJson(const NewKey& made);

}  // namespace policyd::admin
