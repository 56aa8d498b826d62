// Brings a sender into the form that the greylist compares: parts that change from mail to mail are taken out, so that
// a retry and the next newsletter look alike.
#pragma once

#include <string>
#include <string_view>

namespace rules {

// Lower case; in the local part BATV (prvs=), SRS0/SRS1, the recipient wherever it is embedded (VERP), digit runs and
// long hexadecimal runs become '#'; +tags go.  Null sender stays empty.
std::string NormalizeSender(std::string_view sender, std::string_view recipient);

}  // namespace rules
