// What HTML and typography make of plain ASCII, undone.  Pure; linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace policyd::admin {

// UTF-8 with hyphens and blanks of any kind and full-width letters in ASCII, and without what is invisible: soft
// hyphens, zero-width signs, marks of direction.
std::string WithPlainSigns(std::string_view text);

// The text of an HTML document: without tags and comments, entities replaced.  What stands between angle brackets and
// is no tag stays: "<bob@here.example>".
std::string WithoutHtml(std::string_view text);

}  // namespace policyd::admin
