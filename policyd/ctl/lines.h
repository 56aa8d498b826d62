// Tab separated text, as people and other programs hand it over.
#pragma once

#include <string_view>
#include <vector>

namespace policyd::ctl {

// The lines without their ends, LF or CR LF; the last one may lack its own.  Borrowed from `text`.
std::vector<std::string_view> SplitLines(std::string_view text);

// The fields between tabs, at least one.  Borrowed from `line`.
std::vector<std::string_view> SplitFields(std::string_view line);

}  // namespace policyd::ctl
