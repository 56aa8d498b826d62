#include "policyd/http/pages/figures.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "policyd/admin/times.h"

namespace policyd::http::pages {
namespace {

constexpr const char* kNone = "–";

// Two digits that say something: 0.38, 3.8, 38, 380.
std::string Rounded(double value) {
  if (value >= 9.95) return fmt::format("{:.0f}", value);
  return fmt::format("{:.1f}", value);
}

}  // namespace

std::string CountText(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string ShortCount(double count) {
  if (count >= 1e6) return fmt::format("{:g}M", std::round(count / 1e5) / 10);
  if (count >= 1e3) return fmt::format("{:g}k", std::round(count / 1e2) / 10);
  return fmt::format("{:g}", count);
}

std::string PercentText(double part, double whole) {
  if (whole <= 0) return kNone;
  const double percent = 100 * part / whole;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  if (percent > 99.9 && percent < 100) return ">99.9 %";
  return percent == 0 || percent == 100 ? fmt::format("{:.0f} %", percent) : fmt::format("{:.1f} %", percent);
}

std::string SecondsText(double seconds) {
  if (seconds < 0.9995e-3) return Rounded(seconds * 1e6) + " µs";
  if (seconds < 0.9995) return Rounded(seconds * 1e3) + " ms";
  return Rounded(seconds) + " s";
}

std::string SecondsText(const std::optional<double>& seconds) {
  return seconds ? SecondsText(*seconds) : kNone;
}

std::string BytesText(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1023.5 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return (unit == 0 ? fmt::format("{:.0f}", value) : Rounded(value)) + ' ' + kUnits[unit];
}

std::string ClockText(rules::TimePoint time) {
  return admin::ShownTime(time).substr(11, 5);
}

std::string DayText(rules::TimePoint time) {
  return admin::ShownTime(time).substr(5, 5);
}

std::string DayAndClockText(rules::TimePoint time) {
  return DayText(time) + ' ' + ClockText(time);
}

std::string FullTimeText(rules::TimePoint time) {
  std::string text = admin::ShownTime(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string ZoneText(rules::TimePoint time) {
  const std::string offset = admin::ShownTime(time).substr(19);
  return offset == "Z" ? "UTC" : "UTC" + offset;
}

}  // namespace policyd::http::pages
