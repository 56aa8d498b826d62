// The warnings of a configuration by kind.  Config::warnings are English texts, as the tool and the log say them; a row
// tells of which kind one is, so that a page can word it in another language (rules::ReadBack).  A warning that no row
// knows is shown as it is; the test of the warnings finds it.
#pragma once

#include <span>

#include "rules/values/statement.h"

namespace policyd::config {

// What is said more closely stands first.
std::span<const rules::StatementRow> WarningRows();

}  // namespace policyd::config
