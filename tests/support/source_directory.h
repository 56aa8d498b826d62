// Where the sources are that these tests were built from: for documents and tables that the tests read.
#pragma once

#include <string>
#include <string_view>

namespace support {

// The path of a file by its path below the top of the repository: "contrib/sekimori.toml".
std::string InSource(std::string_view path);

}  // namespace support
