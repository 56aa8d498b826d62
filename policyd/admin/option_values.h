// Values of options that several commands share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rules/values/result.h"
#include "rules/values/time.h"

namespace policyd::admin {

// "30d" from now on; nothing for an empty text.
rules::Result<std::optional<rules::TimePoint>> ParseExpiry(std::string_view text, rules::TimePoint now);

// "2h": that long before now; a date, a time or "yesterday" as ParseLocalTime() reads them: their beginning.  Nothing
// for an empty text.
rules::Result<std::optional<rules::TimePoint>> ParseMoment(std::string_view option, std::string_view text,
                                                           rules::TimePoint now);
// --since: the beginning of time for an empty text.
rules::Result<rules::TimePoint> ParseSince(std::string_view text, rules::TimePoint now);
// --until: the end of a day that is named.
rules::Result<std::optional<rules::TimePoint>> ParseUntil(std::string_view text, rules::TimePoint now);

// A remark or a name of a person: one line of bounded length, for later readers.
rules::Status CheckRemark(std::string_view option, std::string_view text);

// The person who does it: --by, else the login of the command.
rules::Result<std::string> ParseAuthor(const std::string& by, const std::string& login);

}  // namespace policyd::admin
