// What the operator should know of the DNS lists that he configured.
#pragma once

#include <string>
#include <vector>

#include "rules/policy.h"

namespace policyd {

// Lists that are gone, with what took their place, and entries whose points alone never hold a mail.
// `has_threshold`: the weights were multiplied already.
std::vector<std::string> ZoneWarnings(const rules::Policy& policy, bool has_threshold);

}  // namespace policyd
