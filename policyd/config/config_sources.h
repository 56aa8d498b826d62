// The texts that a configuration names beside itself: presets, and files by patterns.
#pragma once

#include <string>
#include <vector>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_value.h"

namespace policyd {

struct ConfigSource {
  std::string file;  // "preset:strict-rdns", or a path
  std::string text;
};

// In the order in which they count: presets as they are named, then the files of each pattern by name.  Relative
// patterns are below `directory`; one that matches nothing is an error unless it holds a wildcard.
std::vector<ConfigSource> NamedSources(const std::string& directory, const std::vector<LocatedText>& presets,
                                       const std::vector<LocatedText>& patterns, ErrorList& errors);

}  // namespace policyd
