// Reads text files as people's programs write them.
#pragma once

#include <string>
#include <string_view>

namespace rules {

// UTF-8 without a byte order mark, from UTF-8 or from UTF-16 in either byte order ("Unicode text" of Windows).  Half of
// a letter becomes U+FFFD.  Any other text stays as it is: UTF-16 is told by its mark, or by the zeros of its
// first letters.
std::string ToUtf8(std::string text);

}  // namespace rules
