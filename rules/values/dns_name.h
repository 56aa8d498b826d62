// Brings host names from outside into one form, or refuses them.
//
// Internationalised names are IDNA2008 with the mapping of UTS 46, non-transitional: müller.example and
// xn--mller-kva.example are one name.  Pure: libidn2 holds its tables in memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Bytes of a name as text and of one of its labels, at most (RFC 1035, section 2.3.4).
inline constexpr std::size_t kMaxHostName = 253, kMaxLabel = 63;

// Lower case, no final dot, U-labels as A-labels.  Nothing unless: 1 to 253 bytes, labels of 1 to
// 63 letters, digits, hyphens and underscores (RFC 1123 and what PTR records hold in practice).  Control bytes, blanks,
// quotes, letters that IDNA does not allow and empty labels are refused.
std::optional<std::string> NormalizeHostName(std::string_view text);

// Is `name` equal to `domain` or below it?  REQUIRES: both normalised.
bool IsUnder(std::string_view name, std::string_view domain);

// The part after the last '@' in the one form of its name: lower case, no final dot, U-labels as A-labels; empty where
// there is none.
std::string DomainOf(std::string_view mail_address);

bool IsAscii(std::string_view text);

// The name with its U-labels as A-labels, ASCII in lower case.  A label that IDNA does not allow, and a name of more
// than 1,024 bytes, stays as it is: it is compared as bytes.
std::string ToALabels(std::string_view name);

}  // namespace rules
