// Values that several commands share; an error names the one that is wrong.  One that was not given is nothing; one
// that was given and is empty, as that of a script whose variable is not set, is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policyd/admin/error.h"
#include "rules/values/time.h"

namespace policyd::admin {

using OptionalText = std::optional<std::string>;

// A field of an HTML form, which is sent also where nothing was entered: then it was not given.
OptionalText FormField(std::string_view text);

// "30d" from now on.
Result<std::optional<rules::TimePoint>> ParseExpiry(const OptionalText& text, rules::TimePoint now);

// "2h": that long before now; a date, a time or "yesterday" as ParseLocalTime() reads them: their beginning.
Result<std::optional<rules::TimePoint>> ParseMoment(std::string_view input, const OptionalText& text,
                                                    rules::TimePoint now);
// `since`: the beginning of time where it was not given.
Result<rules::TimePoint> ParseSince(const OptionalText& text, rules::TimePoint now);
// `until`: the end of a day that is named.
Result<std::optional<rules::TimePoint>> ParseUntil(const OptionalText& text, rules::TimePoint now);

// The HELO name of a client that is asked about.
Status CheckHelo(const OptionalText& text);

// A remark or a name of a person: one line of bounded length, for later readers.
Status CheckRemark(std::string_view input, std::string_view text);

// The person who does it: `by`, else the login of the command.
Result<std::string> ParseAuthor(const OptionalText& by, const std::string& login);

}  // namespace policyd::admin
