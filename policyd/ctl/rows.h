// Prints verdicts, facts and figures of the stores, for several commands.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/stores/store_figures.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/ctl/context.h"
#include "policyd/ctl/terminal.h"

namespace policyd::ctl {

void PrintRows(std::ostream& out, const std::vector<cache::JournalRow>& rows);  // a line each, under titles
void PrintLine(std::ostream& out, const cache::JournalRow& row);                // one that is not known to be the last

// All that is known of one, over several lines.
void PrintRow(std::ostream& out, const cache::JournalRow& row);

// A line each.
void PrintFacts(Context& context, const config::Config& config, const cache::KnownFacts& known);

// "pid 4711".
std::string PidText(const cache::StoreLock::HeldBy& daemon);

// A line each, or one JSON document; whether a daemon runs comes last.
void PrintFigures(Context& context, const std::vector<admin::Figure>& figures,
                  const std::optional<cache::StoreLock::HeldBy>& daemon);

}  // namespace policyd::ctl
