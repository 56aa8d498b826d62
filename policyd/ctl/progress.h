// One line that says how far a long command has come.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace policyd::ctl {

// "[=====     ]  50 %  1000 of 2000  about 12 s left": always of the same width or longer than the one before it, so
// that a carriage return suffices between them.  REQUIRES: done <= total, total > 0.
std::string ProgressLine(std::size_t done, std::size_t total, std::chrono::nanoseconds elapsed);

}  // namespace policyd::ctl
