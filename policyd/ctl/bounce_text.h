// A bounce as people paste it: folded, quoted with ">", its parts in base64 or quoted-printable, or half of one.
//
// Headers are not relied on, since half of them is often missing: what looks encoded is decoded, too.  Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/reference.h"

namespace policyd::ctl {

// Every way to read the text: as it stands without its quote marks, with quoted-printable decoded, and each base64 part
// in the same two ways.
std::vector<std::string> ReadingsOf(std::string_view text);

// All references in one of the readings, each once: a bounce may tell of several recipients.
std::vector<rules::Reference> ReferencesIn(const std::vector<std::string>& readings);

}  // namespace policyd::ctl
