// The [[recipients]] tables of the configuration file: classes of recipients, half read, and what a policy makes of
// them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/config/config_value.h"
#include "rules/policy.h"
#include "rules/values/statement.h"

namespace policyd::config {

class ErrorList;

// A setting that is not given is as for everybody.
struct RecipientSettings {
  int line = 0;
  std::optional<std::string> name;  // else the first of `match`
  std::vector<LocatedText> match;
  std::optional<rules::Mode> mode;
  std::optional<std::optional<rules::Points>> tag, greylist, defer, reject;
  bool is_greylisted = true;
  bool forwards = false;  // their mail leaves again
  rules::BandActions actions;
};

// Reports are `recipients.KEY: expected ...`.
std::optional<std::vector<RecipientSettings>> ReadRecipientSettings(const ConfigValue& setting, const Report& report);

// The classes with the rest from `policy`; tables are read relative to `directory`.  `warnings` says of tables that
// hold nobody.
rules::RecipientClasses BuildRecipientClasses(const std::string& directory,
                                              const std::vector<RecipientSettings>& settings,
                                              const rules::Policy& policy, ErrorList& errors,
                                              std::vector<rules::Statement>& warnings);

}  // namespace policyd::config
