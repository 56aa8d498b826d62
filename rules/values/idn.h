// Internationalised domain names (IDNA2008 with the mapping of UTS 46, non-transitional): müller.example and
// xn--mller-kva.example are one name.
//
// Pure: libidn2 holds its tables in memory.
#pragma once

#include <string>
#include <string_view>

namespace rules {

bool IsAscii(std::string_view text);

// The name with its U-labels as A-labels, ASCII in lower case.  A label that IDNA does not allow, and a name of more
// than 1,024 bytes, stays as it is: it is compared as bytes.
std::string ToALabels(std::string_view name);

}  // namespace rules
