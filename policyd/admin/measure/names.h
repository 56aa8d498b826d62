// Classifies a list of host names by the name rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policyd/runtime/json.h"
#include "rules/client/dynamic_name.h"
#include "rules/policy.h"
#include "rules/values/result.h"

namespace policyd::admin {

struct ClassedName {
  std::string client;
  std::string name;  // as it was given
  rules::NameVerdict verdict;
  rules::Points points;
};

// Lines "IP<TAB>NAME"; what follows another tab is ignored.  The error begins with ":LINE: ".
rules::Result<std::vector<ClassedName>> ClassifyNames(const rules::Policy& policy, std::string_view text);
runtime::Json ToJson(const std::vector<ClassedName>& names);

}  // namespace policyd::admin
