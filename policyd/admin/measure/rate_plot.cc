#include "policyd/admin/measure/tally.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/shown.h"

namespace policyd::admin {
namespace {

constexpr int kWidth = 500;
constexpr int kHeight = 400;
constexpr std::array<const char*, 6> kColours{"#1f6f8b", "#b5532a", "#4d7c2a", "#7a3e8e", "#8a6d00", "#444444"};

struct Rates {
  rules::Points limit;
  double ham, spam;
};

std::vector<Rates> RatesOf(const RateCurve& curve) {
  std::vector<Rates> rates;
  for (int tenths = 5; tenths <= 100; tenths += 5) {
    rates.push_back({{tenths}, RateAt(curve.ham, {tenths}), RateAt(curve.spam, {tenths})});
  }
  return rates;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : runtime::Shown(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Five round steps up to the most ham that any limit of 1 or more holds: nobody needs the range above.
double MostHam(const std::vector<RateCurve>& curves) {
  constexpr int kSteps = 5;
  double most = 0;
  for (const RateCurve& curve : curves) most = std::max(most, RateAt(curve.ham, {10}));
  for (const double step : {0.2, 0.5, 1.0, 2.0, 5.0, 10.0}) {
    if (kSteps * step >= most) return kSteps * step;
  }
  return 100;
}

std::string Axes(double most_ham) {
  std::string svg = fmt::format("<path d=\"M0 0V{0}H{1}\" fill=\"none\" stroke=\"black\"/>\n", kHeight, kWidth);
  for (int step = 0; step <= 5; ++step) {
    svg += fmt::format("<text x=\"-8\" y=\"{}\" text-anchor=\"end\">{}</text>\n", kHeight + 4 - step * kHeight / 5,
                       step * 20);
    svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{:.3g}</text>\n", step * kWidth / 5,
                       kHeight + 20, most_ham * step / 5);
  }
  svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">ham held at this limit or above, %</text>\n",
                     kWidth / 2, kHeight + 45);
  return svg +
         fmt::format("<text transform=\"translate(-42 {}) rotate(-90)\" text-anchor=\"middle\">spam held, %</text>\n",
                     kHeight / 2);
}

std::string Line(const RateCurve& curve, std::size_t number, double most_ham) {
  const char* const colour = kColours[number % kColours.size()];
  const auto x = [most_ham](double ham) { return std::min(ham, most_ham) / most_ham * kWidth; };
  const auto y = [](double spam) { return kHeight - spam / 100 * kHeight; };
  std::string points, marks;
  std::map<std::pair<double, double>, std::string> bands;  // several limits may hold nearly the same
  for (const Rates& rates : RatesOf(curve)) {
    points += fmt::format("{:.1f},{:.1f} ", x(rates.ham), y(rates.spam));
    if (rates.limit.tenths % 10 != 0) continue;
    marks += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"><title>limit {}: {:.2f} % of the ham, "
        "{:.2f} % of the spam</title></circle>\n",
        x(rates.ham), y(rates.spam), colour, rules::PrintPoints(rates.limit), rates.ham, rates.spam);
    const bool is_default_band = rates.limit.tenths == 10 || rates.limit.tenths == 30 || rates.limit.tenths == 80;
    if (!is_default_band) continue;
    std::string& band = bands[{std::round(rates.ham), std::round(rates.spam)}];
    band += (band.empty() ? "" : ", ") + rules::PrintPoints(rates.limit);
  }
  for (const auto& [at, limits] : bands) {
    marks += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" fill=\"{}\">{}</text>\n", x(at.first) + 6, y(at.second) - 5,
                         colour, limits);
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", points, colour) +
         marks +
         fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n", kWidth,
                     kHeight - 20 - 18 * number, colour, Escaped(curve.name));
}

}  // namespace

double RateAt(const Tally& tally, rules::Points limit) {
  std::uint64_t reached = 0;
  for (auto score = tally.scores.lower_bound(limit); score != tally.scores.end(); ++score) reached += score->second;
  return tally.weight == 0 ? 0 : 100.0 * static_cast<double>(reached) / static_cast<double>(tally.weight);
}

std::string DrawRates(const std::vector<RateCurve>& curves) {
  std::vector<RateCurve> drawn;
  for (const RateCurve& curve : curves) {
    if (curve.ham.weight > 0 && curve.spam.weight > 0) drawn.push_back(curve);
  }
  const double most_ham = MostHam(drawn);
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-60 -20 600 480\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect x=\"-60\" y=\"-20\" width=\"600\" height=\"480\" fill=\"white\"/>\n" +
      fmt::format("<text x=\"{}\" y=\"-5\" text-anchor=\"middle\">what a limit of the score holds</text>\n",
                  kWidth / 2) +
      Axes(most_ham);
  for (std::size_t i = 0; i < drawn.size(); ++i) svg += Line(drawn[i], i, most_ham);
  return svg + "</svg>\n";
}

}  // namespace policyd::admin
