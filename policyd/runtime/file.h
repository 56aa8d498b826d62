// Whole files, read at start and at a reload.
#pragma once

#include <string>

#include "rules/values/result.h"

namespace policyd::runtime {

// As UTF-8 (rules/values/plain_text.h).  The error names no path: `expected a readable file, got "No such file or
// directory"`.
rules::Result<std::string> ReadFile(const std::string& path);

}  // namespace policyd::runtime
