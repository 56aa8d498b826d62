// Plots as HTML and SVG that need no script: bars that stand on each other, and lines over a logarithmic axis.
//
// The SVG holds shapes only and stretches to any width; its labels are text of the page, which stays legible on a
// telephone.  Each column says its numbers in a <title>, and all of them stand in a table below: what the script shows
// under the pointer is read from that table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/http/html.h"
#include "policyd/http/texts.h"
#include "rules/values/time.h"

namespace policyd::http::pages {

struct PlotSeries {
  std::string name;                           // as it is shown
  std::string look;                           // a class of the style file
  std::vector<std::optional<double>> values;  // one a column
  bool is_curve = false;                      // drawn over the bars as a line, and no part of their height
};

struct Plot {
  std::string id;     // stable: tests and links use it
  std::string title;  // what it shows, for those who do not see it
  std::vector<rules::TimePoint> begins;
  rules::seconds step{};
  std::vector<PlotSeries> series;  // bars: from the bottom up
};

Html StackedBars(const Plot& plot, const Texts& texts);
// Of times in seconds, from 10 microseconds to 10 s.
Html LogLines(const Plot& plot, const Texts& texts);

// A bar of `part` in `whole`, for a row of a table; says nothing that its row does not say.
Html ShareBar(double part, double whole, std::string_view look);

// An axis from 0 that holds `most`, in three to five steps of 1, 2 or 5 times a power of ten: where the numbers grow a
// little, it grows by one step.
struct Axis {
  double step = 1;
  int steps = 4;

  double end() const { return step * steps; }
  bool operator==(const Axis&) const = default;
};
Axis AxisFor(double most);

}  // namespace policyd::http::pages
