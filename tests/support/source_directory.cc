#include "tests/support/source_directory.h"

namespace support {

std::string InSource(std::string_view path) {
  return std::string(SEKIMORI_SOURCE_DIR "/").append(path);
}

}  // namespace support
