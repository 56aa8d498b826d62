#include "rules/values/time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace rules {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// From large to small: PrintDuration() takes them in this order.
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

constexpr std::int64_t kLongest = 36'500 * kUnits[0].milliseconds;  // a century: keeps every sum of times in range

Error ExpectedTime(std::string_view text) {
  return Error{"expected a duration like 300ms, 4s, 3m, 2h or 36d, got \"" + std::string(text) + "\""};
}

void AppendPadded(std::string& out, std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace

Result<milliseconds> ParseDuration(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return ExpectedTime(text);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& known : kUnits) {
    if (known.name != unit) continue;
    if (number > kLongest / known.milliseconds) return ExpectedTime(text);
    return milliseconds{number * known.milliseconds};
  }
  return ExpectedTime(text);
}

std::string PrintDuration(milliseconds duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string out;
  if (left < 0) {
    out = "-";
    left = -left;
  }
  for (const Unit& unit : kUnits) {
    const std::int64_t count = left / unit.milliseconds;
    if (count == 0) continue;
    if (out.size() > 1) out += ' ';
    out += std::to_string(count);
    out += unit.name;
    left -= count * unit.milliseconds;
  }
  return out;
}

std::string PrintTime(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string out;
  AppendPadded(out, static_cast<std::uint64_t>(int{date.year()}), 4);
  out += '-';
  AppendPadded(out, unsigned{date.month()}, 2);
  out += '-';
  AppendPadded(out, unsigned{date.day()}, 2);
  out += 'T';
  AppendPadded(out, static_cast<std::uint64_t>(clock.hours().count()), 2);
  out += ':';
  AppendPadded(out, static_cast<std::uint64_t>(clock.minutes().count()), 2);
  out += ':';
  AppendPadded(out, static_cast<std::uint64_t>(clock.seconds().count()), 2);
  out += 'Z';
  return out;
}

}  // namespace rules
