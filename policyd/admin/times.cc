// time   = "now" / "today" / "yesterday" / date [ ( "T" / " " ) clock [ offset ] ]
// date   = 4DIGIT "-" 2DIGIT "-" 2DIGIT
// clock  = 2DIGIT ":" 2DIGIT [ ":" 2DIGIT ]
// offset = "Z" / ( "+" / "-" ) 2DIGIT [ ":" ] 2DIGIT
#include "policyd/admin/times.h"

#include <array>
#include <chrono>
#include <ctime>

#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

using rules::TimePoint;

std::tm LocalTime(TimePoint time) {
  const std::time_t count = time.time_since_epoch().count();
  std::tm fields{};
  localtime_r(&count, &fields);
  return fields;
}

TimePoint FromLocal(std::chrono::year_month_day day, std::chrono::seconds of_day) {
  std::tm fields{};
  fields.tm_year = static_cast<int>(day.year()) - 1900;
  fields.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  fields.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  fields.tm_sec = static_cast<int>(of_day.count());
  fields.tm_isdst = -1;  // whether it is summer time then is looked up
  return TimePoint{std::chrono::seconds{std::mktime(&fields)}};
}

std::chrono::year_month_day DayOf(const std::tm& fields) {
  return std::chrono::year{fields.tm_year + 1900} / std::chrono::month{static_cast<unsigned>(fields.tm_mon + 1)} /
         std::chrono::day{static_cast<unsigned>(fields.tm_mday)};
}

TimeSpan WholeDay(std::chrono::year_month_day day) {
  const std::chrono::year_month_day next{std::chrono::sys_days{day} + std::chrono::days{1}};
  return {.begin = FromLocal(day, {}), .end = FromLocal(next, {})};
}

// Takes `count` digits off the front.
std::optional<int> TakeNumber(std::string_view& text, std::size_t count) {
  if (text.size() < count || text.substr(0, count).find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  int number = 0;
  for (const char digit : text.substr(0, count)) number = number * 10 + (digit - '0');
  text.remove_prefix(count);
  return number;
}

bool Take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::year_month_day> TakeDay(std::string_view& text) {
  const auto year = TakeNumber(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const auto month = TakeNumber(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date = std::chrono::year{*year} /
                                           std::chrono::month{static_cast<unsigned>(*month)} /
                                           std::chrono::day{static_cast<unsigned>(*day)};
  return date.ok() && *year >= 1970 ? std::optional(date) : std::nullopt;
}

std::optional<std::chrono::seconds> TakeClock(std::string_view& text) {
  const auto hours = TakeNumber(text, 2);
  if (!hours || !Take(text, ':')) return std::nullopt;
  const auto minutes = TakeNumber(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto seconds = Take(text, ':') ? TakeNumber(text, 2) : std::optional(0);
  if (!seconds || *seconds > 59) return std::nullopt;
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{*seconds};
}

std::optional<std::chrono::seconds> TakeOffset(std::string_view& text) {
  if (Take(text, 'Z') || Take(text, 'z')) return std::chrono::seconds{0};
  const bool is_east = Take(text, '+');
  if (!is_east && !Take(text, '-')) return std::nullopt;
  const auto hours = TakeNumber(text, 2);
  Take(text, ':');
  const auto minutes = TakeNumber(text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  const std::chrono::seconds offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return is_east ? offset : -offset;
}

}  // namespace

std::string ShownTime(TimePoint time) {
  const std::tm fields = LocalTime(time);
  if (fields.tm_gmtoff == 0) return rules::PrintTime(time);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &fields);
  std::string shown(text.data(), length);
  return shown.insert(shown.size() - 2, ":");
}

std::optional<TimeSpan> ParseLocalTime(std::string_view text, TimePoint now) {
  const std::string word = rules::LowerAscii(text);
  if (word == "now") return TimeSpan{.begin = now, .end = now};
  const std::chrono::year_month_day today = DayOf(LocalTime(now));
  if (word == "today") return WholeDay(today);
  if (word == "yesterday") return WholeDay(std::chrono::sys_days{today} - std::chrono::days{1});
  const auto day = TakeDay(text);
  if (!day) return std::nullopt;
  if (text.empty()) return WholeDay(*day);
  if (!Take(text, 'T') && !Take(text, 't') && !Take(text, ' ')) return std::nullopt;
  const auto clock = TakeClock(text);
  if (!clock) return std::nullopt;
  const auto offset = text.empty() ? std::nullopt : TakeOffset(text);
  if (!text.empty()) return std::nullopt;
  const TimePoint moment = offset ? TimePoint{std::chrono::sys_days{*day}} + *clock - *offset : FromLocal(*day, *clock);
  return TimeSpan{.begin = moment, .end = moment};
}

}  // namespace policyd::admin
