// Decodes base64 (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

namespace rules {

inline constexpr std::string_view kBase64Symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What is no symbol, blanks and padding among it, is passed over; bits that fill no byte are dropped.
std::string DecodeBase64(std::string_view symbols);

// Blanks, symbols, and up to two "=" at the end?
bool IsBase64(std::string_view text);

}  // namespace rules
