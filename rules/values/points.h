// Counts the points of Signals and their sum, the Score: decimals with one digit, kept as whole tenths so that sums are
// exact.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "rules/values/result.h"

namespace rules {

struct Points {
  int tenths = 0;

  auto operator<=>(const Points&) const = default;
  friend Points operator+(Points a, Points b) { return {a.tenths + b.tenths}; }
  friend Points operator-(Points a, Points b) { return {a.tenths - b.tenths}; }
  friend Points operator-(Points a) { return {-a.tenths}; }
  Points& operator+=(Points other) { return *this = *this + other; }
};

// Parses "8", "-2", "3.5"; within -1000 to 1000.
Result<Points> ParsePoints(std::string_view text);

std::string PrintScore(Points points);   // always one digit: "4.0"
std::string PrintPoints(Points points);  // as short as it goes: "4", "-2.5"

}  // namespace rules
