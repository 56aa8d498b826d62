// Lists the kinds of Signals with all that there is to know of each: a new Signal is a row here and a function that
// gives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rules/policy.h"
#include "rules/signal.h"
#include "rules/verdict.h"

namespace rules {

// On a tie of points the reason and the text are those of the first.
enum class SignalFamily : std::uint8_t { kList, kReverseDns, kLook, kHelo, kSpf, kConduct, kOutbound };

struct SignalRow {
  SignalKind kind;
  const char* name;              // as in Name()
  std::optional<Points> points;  // the default of its key in [points]; nothing: there is no key
  SignalFamily family;
  Reason reason;
  std::string ReplyTexts::*text;  // the reason in a reply
  const char* remedy;             // what would end it; placeholders {client} {name} {list}
};

const SignalRow& RowOf(SignalKind kind);

PointsTable DefaultPoints();

}  // namespace rules
