// The ready configurations of contrib/presets and the ready set of lists, built in: `presets = ["strict-rdns"]`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace policyd {

// The text of a preset, or nothing where there is none of that name.
std::optional<std::string_view> Preset(std::string_view name);
// "dnsbl, per-recipient, ..."
std::string KnownPresets();

// What stands for a file where a preset is named in an error.
std::string PresetSource(std::string_view name);
bool IsPreset(std::string_view source);

// A file that a preset names, such as "s25r.regexp".
std::optional<std::string_view> PresetFile(std::string_view file);

}  // namespace policyd
