// The texts that a configuration names beside itself: files by patterns, and presets, which are ready configurations of
// contrib/presets and the ready set of lists, built in: `presets = ["strict-rdns"]`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/config/config_checks.h"
#include "policyd/config/config_value.h"

namespace policyd::config {

struct ConfigSource {
  std::string file;  // "preset:strict-rdns", or a path
  std::string text;
};

// In the order in which they count: presets as they are named, then the files of each pattern by name.  Relative
// patterns are below `directory`; one that matches nothing is an error unless it holds a wildcard.
std::vector<ConfigSource> NamedSources(const std::string& directory, const std::vector<LocatedText>& presets,
                                       const std::vector<LocatedText>& patterns, ErrorList& errors);

// The text of a preset, or nothing where there is none of that name.
std::optional<std::string_view> Preset(std::string_view name);
// "dnsbl, per-recipient, ..."
std::string KnownPresets();

// Stands for a file where a preset is named in an error.
std::string PresetSource(std::string_view name);
bool IsPreset(std::string_view source);

// A file that a preset names, such as "s25r.regexp".
std::optional<std::string_view> PresetFile(std::string_view file);

// The files of contrib/presets, and contrib/dnsbl.toml, as the build found them.
struct BuiltInFile {
  std::string_view name, text;
};

const std::vector<BuiltInFile>& BuiltInFiles();

}  // namespace policyd::config
