// A picture of what a limit does: spam held against ham held, as it moves.
#pragma once

#include <string>
#include <vector>

#include "policyd/admin/measure/tally.h"

namespace policyd::admin {

struct RateCurve {
  std::string name;
  Tally ham, spam;
};

// An SVG document: for each curve a line through the rates at the limits from 0.5 to 10, whole ones marked.  Curves
// without ham or spam are left out.
std::string DrawRates(const std::vector<RateCurve>& curves);

// Percent of the weight whose score reaches the limit.
double RateAt(const Tally& tally, rules::Points limit);

}  // namespace policyd::admin
