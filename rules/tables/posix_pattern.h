// Translates POSIX extended regular expressions, as Postfix's regexp: tables hold them, into the syntax of RE2.
#pragma once

#include <string>
#include <string_view>

#include "rules/values/result.h"

namespace rules {

// What regcomp(3) with REG_EXTENDED reads differently from Perl: a backslash within brackets is one, before an ordinary
// letter it is nothing (glibc never finds such a letter while it ignores case), and "\<" and "\>" are the edges of
// words.  Back-references are an error, since RE2 has none; whether the expression is well formed is not looked at.
Result<std::string> FromPosix(std::string_view pattern);

}  // namespace rules
