#include "policyd/config/config_sources.h"

#include <algorithm>

namespace policyd::config {
namespace {

constexpr std::string_view kSource = "preset:";
constexpr std::string_view kEnding = ".toml";

}  // namespace

std::optional<std::string_view> Preset(std::string_view name) {
  return PresetFile(std::string(name).append(kEnding));
}

std::string KnownPresets() {
  std::string known;
  for (const BuiltInFile& file : BuiltInFiles()) {
    if (!file.name.ends_with(kEnding)) continue;
    known.append(known.empty() ? "" : ", ").append(file.name.substr(0, file.name.size() - kEnding.size()));
  }
  return known;
}

std::string PresetSource(std::string_view name) {
  return std::string(kSource).append(name);
}

bool IsPreset(std::string_view source) {
  return source.starts_with(kSource);
}

std::optional<std::string_view> PresetFile(std::string_view file) {
  const auto& files = BuiltInFiles();
  const auto found = std::find_if(files.begin(), files.end(), [file](const auto& known) { return known.name == file; });
  return found == files.end() ? std::nullopt : std::optional(found->text);
}

}  // namespace policyd::config
