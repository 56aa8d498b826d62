// The sender as greylisting sees it: what changes from mail to mail is taken out, so that a retry and the next
// newsletter look alike.
#pragma once

#include <string>
#include <string_view>

namespace rules {

// Lower case; in the local part BATV (prvs=), SRS0/SRS1, VERP (recipient after = or -), +tags, digit runs and long
// hexadecimal runs become '#'. Null sender stays empty.
std::string NormalizeSender(std::string_view sender);

}  // namespace rules
