// The files of contrib/presets, and contrib/dnsbl.toml, as the build found them.
#pragma once

#include <string_view>
#include <vector>

namespace policyd {

struct BuiltInFile {
  std::string_view name, text;
};

const std::vector<BuiltInFile>& BuiltInFiles();

}  // namespace policyd
