// The transfer encodings of mail (RFC 2045 section 6), undone without relying on headers, which are often missing from
// what people paste.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace policyd::admin {

// What is no quoted-printable stays as it is.
std::string DecodeQuotedPrintable(std::string_view text);

// Each block of lines that looks like base64, decoded.
std::vector<std::string> Base64PartsOf(std::string_view text);

}  // namespace policyd::admin
