// Tries what sekimorid would meet at its start: addresses that cannot be had, a store that cannot be used, files that
// its owner cannot read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/values/points.h"
#include "rules/values/statement.h"

namespace policyd::admin {

struct StartTrial {
  std::optional<Error::Kind> fault;  // with which sekimorid would end, were it started now
  std::vector<std::string> errors;
  std::vector<rules::Statement> warnings;
};

// Where a daemon runs on this store, addresses that are in use are taken for its own, and those that systemd holds for
// it too.  Started by root, the process is the store's owner from here on.
StartTrial TryStart(const config::Config& config);

// Is the configuration in a file right, what does it come to, and what would sekimorid meet?
struct ConfigCheck {
  std::optional<config::Config> config;  // with all warnings; nothing where there are errors
  std::vector<std::string> errors;
  Error::Kind fault = Error::Kind::kConfiguration;  // with which sekimorid would end
};
ConfigCheck CheckConfig(const std::string& file, bool is_default);
runtime::Json ToJson(const ConfigCheck& check);

// "3.5", or "off".
std::string BandText(const std::optional<rules::Points>& band);

}  // namespace policyd::admin
