// The program's version, as CMakeLists.txt has it.
#pragma once

namespace policyd::runtime {

const char* Version();  // "0.1.0"

}  // namespace policyd::runtime
