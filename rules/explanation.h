// Explains a Verdict to people: what the client's administrator can mend, and what can be done here.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "rules/policy.h"
#include "rules/request.h"
#include "rules/values/statement.h"
#include "rules/verdict.h"

namespace rules {

// From how many points on a band begins, and what is done there; nothing where it is off.
struct BandView {
  Action band, action;
  std::optional<Points> from;
};
std::array<BandView, 4> BandsOf(const Treatment& treatment);
// "tag from 1; greylist from 3; defer from 8; reject off", and where another action is done: "discard from 8 (defer)".
std::string PrintBands(const Treatment& treatment);

// Empty where nothing stands against the mail.
std::vector<Statement> WhatWouldChange(const Policy& policy, const Request& request, const Verdict& verdict);
// What each of these says in English.
const std::vector<StatementRow>& RemedyRows();

}  // namespace rules
