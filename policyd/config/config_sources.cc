#include "policyd/config/config_sources.h"

#include <glob.h>

#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/file.h"

namespace policyd::config {
namespace {

// The paths in the order of their bytes; the pattern itself where it has no wildcard.
std::vector<std::string> FilesOf(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), GLOB_NOMAGIC, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

}  // namespace

std::vector<ConfigSource> NamedSources(const std::string& directory, const std::vector<LocatedText>& presets,
                                       const std::vector<LocatedText>& patterns, ErrorList& errors) {
  std::vector<ConfigSource> sources;
  for (const LocatedText& preset : presets) {
    if (const auto text = Preset(preset.text)) {
      sources.push_back({PresetSource(preset.text), std::string(*text)});
    } else {
      errors.Add(preset.line, "presets", fmt::format("expected one of {}, got \"{}\"", KnownPresets(), preset.text));
    }
  }
  for (const LocatedText& pattern : patterns) {
    for (const std::string& file : FilesOf((std::filesystem::path(directory) / pattern.text).string())) {
      if (auto text = runtime::ReadFile(file)) {
        sources.push_back({file, *std::move(text)});
      } else {
        errors.Add(pattern.line, "include", fmt::format("{}: {}", file, text.error().message));
      }
    }
  }
  return sources;
}

}  // namespace policyd::config
