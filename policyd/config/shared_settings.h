// The [shared] table of the configuration file: the engine through which several hosts share what each learns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/config/config_checks.h"
#include "policyd/config/config_keys.h"
#include "rules/values/result.h"

namespace policyd::config {

// "127.0.0.1:6379", "[::1]:6379" or "unix:/run/redis/redis.sock".
rules::Result<Endpoint> ParseEngine(std::string_view text);
// A name that an access list of the engine can hold; "" for its default user.
rules::Result<std::string> ParseEngineUser(std::string_view text);
// What the names of all keys begin with; no pattern of an access list.
rules::Result<std::string> ParseKeyPrefix(std::string_view text);

// Reads the files that the table names, relative to `directory`, and tells what does not belong together.
void CompleteShared(const std::string& directory, ConfigDraft& draft, ErrorList& errors);

// Those that need a restart: all but `wait`.
std::vector<std::string> SharedKeysThatDiffer(const SharedSettings& running, const SharedSettings& next);

// Of an engine on another machine.
std::vector<rules::Statement> SharedWarnings(const SharedSettings& shared);

}  // namespace policyd::config
