// What several commands print: verdicts, facts, figures of the store, and what became of many mails.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/measure/rate_plot.h"
#include "policyd/admin/measure/tally.h"
#include "policyd/admin/stores/store_figures.h"
#include "policyd/admin/verdicts/journal_rows.h"
#include "policyd/ctl/columns.h"
#include "policyd/ctl/context.h"

namespace policyd::ctl {

void PrintRows(std::ostream& out, const std::vector<cache::JournalRow>& rows);  // a line each, under titles
void PrintLine(std::ostream& out, const cache::JournalRow& row);                // one that is not known to be the last

// All that is known of one, over several lines.
void PrintRow(std::ostream& out, const cache::JournalRow& row);

// A line each.
void PrintFacts(Context& context, const Config& config, const cache::KnownFacts& known);

// A line each, or one JSON document; whether a daemon runs comes last.
void PrintFigures(Context& context, const std::vector<admin::Figure>& figures, std::optional<int> daemon);

// A row of BandTitles() or SignalTitles() begins with the cells that name the tally.
using Cells = std::vector<std::string>;
Cells BandTitles(Cells names);
void AddBands(Columns& columns, Cells names, const admin::Tally& tally);
Cells SignalTitles(Cells names);

struct NamedTally {
  Cells names;
  const admin::Tally* tally;
};
// A row for each signal and tally that it occurs in: how often, and what became of those.
void PrintSignals(std::ostream& out, const Cells& titles, const std::vector<NamedTally>& tallies);

// Writes a picture of the rates; the error is for people.
rules::Status WriteRates(const std::string& file, const std::vector<admin::RateCurve>& curves);

}  // namespace policyd::ctl
