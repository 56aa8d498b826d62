#include "rules/values/points.h"

#include <charconv>
#include <cstdlib>

#include "rules/values/ascii.h"

namespace rules {
namespace {

// POINTS = [ "-" ] 1*4DIGIT [ "." DIGIT ]
constexpr int kMostTenths = 10'000;

Error ExpectedPoints(std::string_view text) {
  return Error{"expected points like 8, -2 or 3.5 within -1000 to 1000, got \"" + std::string(text) + "\""};
}

}  // namespace

Result<Points> ParsePoints(std::string_view text) {
  std::string_view rest = text;
  const bool is_negative = rest.starts_with('-');
  if (is_negative) rest.remove_prefix(1);
  if (rest.empty() || !IsDigit(rest[0])) return ExpectedPoints(text);

  int whole = 0;
  const char* const end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, whole);
  if (error != std::errc{} || whole > kMostTenths / 10) return ExpectedPoints(text);

  int tenths = whole * 10;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  if (!rest.empty()) {
    if (rest.size() != 2 || rest[0] != '.' || !IsDigit(rest[1])) return ExpectedPoints(text);
    tenths += rest[1] - '0';
  }
  if (tenths > kMostTenths) return ExpectedPoints(text);
  return Points{is_negative ? -tenths : tenths};
}

std::string PrintScore(Points points) {
  const int size = std::abs(points.tenths);
  std::string out = points.tenths < 0 ? "-" : "";
  out += std::to_string(size / 10);
  out += '.';
  out += std::to_string(size % 10);
  return out;
}

std::string PrintPoints(Points points) {
  std::string out = PrintScore(points);
  if (points.tenths % 10 == 0) out.resize(out.size() - 2);
  return out;
}

}  // namespace rules
