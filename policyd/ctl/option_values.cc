#include "policyd/ctl/option_values.h"

#include <algorithm>
#include <string>

#include "policyd/ctl/entry_json.h"

namespace policyd::ctl {
namespace {

// Longer is never meant, and sums with the clock stay far from overflow.
constexpr rules::seconds kLongest{100LL * 365 * 86400};
constexpr std::size_t kLongestRemark = 500;

rules::Result<rules::seconds> ParseSpan(std::string_view option, std::string_view text) {
  const auto fail = [&](std::string_view expected) {
    return rules::Error{std::string(option) + ": expected " + std::string(expected) + ", got \"" + std::string(text) +
                        "\""};
  };
  const auto span = rules::ParseDuration(text);
  if (!span) return fail("a duration such as 30d or 2h");
  const auto whole = std::chrono::duration_cast<rules::seconds>(*span);
  if (whole < rules::seconds{1}) return fail("at least 1s");
  if (whole > kLongest) return fail("at most 36500d");
  return whole;
}

}  // namespace

rules::Result<std::optional<rules::TimePoint>> ParseExpiry(std::string_view text, rules::TimePoint now) {
  if (text.empty()) return std::optional<rules::TimePoint>();
  const auto span = ParseSpan("--expires", text);
  if (!span) return span.error();
  return std::optional<rules::TimePoint>(now + *span);
}

rules::Result<std::optional<rules::TimePoint>> ParseMoment(std::string_view option, std::string_view text,
                                                           rules::TimePoint now) {
  if (text.empty()) return std::optional<rules::TimePoint>();
  if (const auto time = ParseTime(text)) return time;
  const auto span = ParseSpan(option, text);
  if (!span) return span.error();
  return std::optional<rules::TimePoint>(now - *span);
}

rules::Result<rules::TimePoint> ParseSince(std::string_view text, rules::TimePoint now) {
  const auto since = ParseMoment("--since", text, now);
  if (!since) return since.error();
  return since->value_or(rules::TimePoint{});
}

rules::Status CheckRemark(std::string_view option, std::string_view text) {
  if (text.size() > kLongestRemark) {
    return rules::Error{std::string(option) + ": expected at most " + std::to_string(kLongestRemark) + " bytes, got " +
                        std::to_string(text.size())};
  }
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (has_control) return rules::Error{std::string(option) + ": expected one line without control characters"};
  return rules::Done{};
}

rules::Result<std::string> ParseAuthor(const std::string& by, const std::string& login) {
  const std::string& author = by.empty() ? login : by;
  const auto checked = CheckRemark(by.empty() ? "login name" : "--by", author);
  if (!checked) return checked.error();
  return author;
}

}  // namespace policyd::ctl
