// What a configuration says and nothing comes of: bands that are never reached, tables of which no line counts,
// settings of lists that are not asked.
#pragma once

#include <string>
#include <vector>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_keys.h"

namespace policyd {

// `KEY has no effect: WHY (FILE:LINE)`, of keys that were given.  REQUIRES: the draft is complete.
std::vector<std::string> EffectWarnings(const ConfigDraft& draft, const ErrorList& places);

}  // namespace policyd
