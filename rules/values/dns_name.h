// Host names as they come from outside, brought into one form or refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Lower case, no final dot, U-labels as A-labels (rules/values/idn.h).  Nothing unless: 1 to 253 bytes, labels of 1 to
// 63 letters, digits, hyphens and underscores (RFC 1123 and what PTR records hold in practice).  Control bytes, blanks,
// quotes, letters that IDNA does not allow and empty labels are refused.
std::optional<std::string> NormalizeHostName(std::string_view text);

// Is `name` equal to `domain` or below it?  REQUIRES: both normalised.
bool IsUnder(std::string_view name, std::string_view domain);

// The part after the last '@' in the one form of its name: lower case, no final dot, U-labels as A-labels; empty where
// there is none.
std::string DomainOf(std::string_view mail_address);

}  // namespace rules
