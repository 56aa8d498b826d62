// The warnings of a configuration by kind.  Config::warnings are English texts, as the tool and the log say them; by
// its row a page finds of which kind one is, and words it in another language (rules::ReadBack).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/values/statement.h"

namespace policyd::config {

// What is said more closely stands first.
std::span<const rules::StatementRow> WarningRows();

// The text of the warning "warning.KIND".  REQUIRES: there is a row of it.
using WarningPlaces = std::vector<std::pair<std::string, rules::Statement::Value>>;
std::string Warning(std::string_view kind, WarningPlaces about = {});

}  // namespace policyd::config
