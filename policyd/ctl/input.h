// Files and standard input that a command reads whole, before it opens the store.
#pragma once

#include <string>

#include "policyd/ctl/context.h"
#include "rules/values/result.h"

namespace policyd::ctl {

// The content of a regular file or a pipe, or of standard input for "-", as UTF-8 (rules/values/plain_text.h).  Errors
// say which file; more than 64 MiB is one.
rules::Result<std::string> ReadInput(Context& context, const std::string& file);

// Is there something to read under this name that is not a folder?
bool IsReadableFile(const std::string& file);

}  // namespace policyd::ctl
