// A bounce as people paste it: folded, quoted with ">", its parts in base64 or quoted-printable, in any charset, as
// HTML, mails within mails, or half of one.
//
// Headers are not relied on, since half of them is often missing: what looks encoded is decoded, too.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/reference.h"

namespace policyd::admin {

// Every way to read the text, in UTF-8 with plain hyphens and blanks: as it stands without its quote marks, with
// quoted-printable decoded, as HTML, and each base64 part in the same ways.
std::vector<std::string> ReadingsOf(std::string_view text);

// All that may be a reference in one of the readings, each once, the likeliest first: a bounce may tell of several
// recipients, and parts of other words look like references.
std::vector<rules::Reference> ReferencesIn(const std::vector<std::string>& readings);

}  // namespace policyd::admin
