// Bounds the cost of a regular expression: it is checked once, when a table is read, so that no name costs much later.
//
// RE2 is linear in the name, but an expression with counted repetitions behind an open one ("a.{20}") has a state for
// each set of places where it may stand: every byte of a hostile name makes a new one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rules/tables/pattern_rules.h"
#include "rules/values/result.h"

namespace re2 {
class RE2;
}

namespace rules {

inline constexpr int kLargestPattern = 20'000;  // steps of RE2's program, as re2::RE2::ProgramSize()
inline constexpr int kLargestTable = 2'000'000;

// The memory that a pattern of so many steps is given, for its program and its states.
std::int64_t MemoryFor(int steps);

// Tells the processor time of this thread in nanoseconds.
using ProcessorClock = std::function<double()>;

// Why it is refused: "expected ...", or nothing.  `pattern` is what is shown of it.  REQUIRES: compiled with
// MemoryFor() its size.
std::optional<std::string> CostFault(const re2::RE2& expression, std::string_view pattern, const ProcessorClock& now);

// The same of all patterns of a table that PatternTable::Parse() took: "FILE:LINE: expected ...".
Status CheckTableCost(std::string_view file, std::string_view text, PatternSyntax syntax, const ProcessorClock& now);

}  // namespace rules
