// What a sanitizer makes slower: limits of time are multiplied by it.
#pragma once

namespace support {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int kSlow = 4;
#else
inline constexpr int kSlow = 1;
#endif

}  // namespace support
