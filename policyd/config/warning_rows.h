// The warnings of a configuration by kind, with what each says in English.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rules/values/statement.h"

namespace policyd::config {

// With those of why a list is gone, which are parts of warnings.
std::span<const rules::StatementRow> WarningRows();

// The warning "warning.KIND"; control characters in what it is about are escaped.  REQUIRES: there is a row of it.
rules::Statement Warning(std::string_view kind, rules::StatementPlaces about = {});

// As the tool and the log say it.
std::string WarningText(const rules::Statement& warning);

}  // namespace policyd::config
