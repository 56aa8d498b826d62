#include "policyd/admin/option_values.h"

#include <algorithm>
#include <string>

#include "policyd/admin/times.h"
#include "policyd/runtime/shown.h"

namespace policyd::admin {
namespace {

// Longer is never meant, and sums with the clock stay far from overflow.
constexpr rules::seconds kLongest{100LL * 365 * 86400};
constexpr std::size_t kLongestRemark = 500;

Result<rules::seconds> ParseSpan(std::string_view input, std::string_view text,
                                 std::string_view expected_one = "a duration such as 30d or 2h") {
  const auto fail = [&](std::string_view expected) {
    return ErrorIn(input, "expected " + std::string(expected) + ", got \"" + std::string(text) + "\"");
  };
  const auto span = rules::ParseDuration(text);
  if (!span) return fail(expected_one);
  const auto whole = std::chrono::duration_cast<rules::seconds>(*span);
  if (whole < rules::seconds{1}) return fail("at least 1s");
  if (whole > kLongest) return fail("at most 36500d");
  return whole;
}

Result<TimeSpan> ParseTimes(std::string_view input, std::string_view text, rules::TimePoint now) {
  if (const auto time = ParseLocalTime(text, now)) return *time;
  constexpr std::string_view kAgo = " ago";
  const std::string_view span_text = text.ends_with(kAgo) ? text.substr(0, text.size() - kAgo.size()) : text;
  const auto span =
      ParseSpan(input, span_text, "a duration such as 2h, a date such as 2026-11-21, one with a time, or yesterday");
  if (!span) return span.error();
  return TimeSpan{.begin = now - *span, .end = now - *span};
}

}  // namespace

OptionalText FormField(std::string_view text) {
  return text.empty() ? std::nullopt : OptionalText(text);
}

Result<std::optional<rules::TimePoint>> ParseExpiry(const OptionalText& text, rules::TimePoint now) {
  if (!text) return std::optional<rules::TimePoint>();
  const auto span = ParseSpan("expires", *text);
  if (!span) return span.error();
  return std::optional<rules::TimePoint>(now + *span);
}

Result<std::optional<rules::TimePoint>> ParseMoment(std::string_view input, const OptionalText& text,
                                                    rules::TimePoint now) {
  if (!text) return std::optional<rules::TimePoint>();
  const auto time = ParseTimes(input, *text, now);
  if (!time) return time.error();
  return std::optional(time->begin);
}

Result<rules::TimePoint> ParseSince(const OptionalText& text, rules::TimePoint now) {
  const auto since = ParseMoment("since", text, now);
  if (!since) return since.error();
  return since->value_or(rules::TimePoint{});
}

Result<std::optional<rules::TimePoint>> ParseUntil(const OptionalText& text, rules::TimePoint now) {
  if (!text) return std::optional<rules::TimePoint>();
  const auto time = ParseTimes("until", *text, now);
  if (!time) return time.error();
  const bool is_moment = time->begin == time->end;
  return std::optional(is_moment ? time->end : time->end - rules::seconds{1});
}

Status CheckHelo(const OptionalText& text) {
  if (text && text->empty()) return ErrorIn("helo", "expected a HELO name, got \"\"");
  return rules::Done{};
}

Status CheckRemark(std::string_view input, std::string_view text) {
  if (text.size() > kLongestRemark) {
    return ErrorIn(input,
                   "expected at most " + std::to_string(kLongestRemark) + " bytes, got " + std::to_string(text.size()));
  }
  if (const auto fault = runtime::FaultOfLine(text)) return ErrorIn(input, *fault);
  return rules::Done{};
}

Result<std::string> ParseAuthor(const OptionalText& by, const std::string& login) {
  if (by && runtime::LooksEmpty(*by)) return ErrorIn("by", "expected a name, got nothing that can be seen");
  const std::string& author = by ? *by : login;
  const auto checked = CheckRemark("by", author);
  if (checked) return author;
  if (!by) return Error{.kind = Error::Kind::kUsage, .message = "login name: " + checked.error().message};
  return checked.error();
}

}  // namespace policyd::admin
