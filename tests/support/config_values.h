// A configuration as text, to be compared key by key.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "policyd/config/config.h"

namespace support {

// Fails the test, with every error, where `text` is no configuration.
policyd::config::Config ParseOrDie(std::string_view text);

// Every key of the configuration -> what stands where its value went.
std::map<std::string, std::string> PrintValues(const policyd::config::Config& config);

}  // namespace support
