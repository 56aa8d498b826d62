// Explains a Verdict to people: what the client's administrator can mend, and what can be done here.
#pragma once

#include <string>
#include <vector>

#include "rules/policy.h"
#include "rules/request.h"
#include "rules/verdict.h"

namespace rules {

// "tag from 1; greylist from 3; defer from 8; reject off", and where another action is done: "discard from 8 (defer)".
std::string PrintBands(const Treatment& treatment);

// Empty where nothing stands against the mail.
std::vector<std::string> WhatWouldChange(const Policy& policy, const Request& request, const Verdict& verdict);

}  // namespace rules
