// What a configuration with errors still says: enough for a tool that needs the store and the socket alone, while the
// daemon runs on with what it read before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policyd/config/config.h"

namespace policyd {

// The configuration without the lines of its errors, or without all tables but those that the tool needs.  Nothing
// where an error may concern store.directory: no other store must be taken for it.
std::optional<Config> SalvageConfig(const std::string& file, std::string_view text, ConfigErrors errors);

}  // namespace policyd
