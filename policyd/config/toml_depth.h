// How deep tables may lie in each other before a TOML text is parsed at all.
//
// The parser bounds brackets but not dots, and takes tables apart by recursion: a key of 100,000 dots used up the
// stack.
#pragma once

#include <optional>
#include <string_view>

namespace policyd {

inline constexpr int kMostDotsOfKey = 32;  // our keys have two

// The first line on which a key or a header has more dots; nothing where there is none.
std::optional<int> LineOfDeepKey(std::string_view text);

}  // namespace policyd
