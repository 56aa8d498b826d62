#include "policyd/http/pages/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "policyd/http/pages/figures.h"

namespace policyd::http::pages {
namespace {

constexpr double kHeight = 100;
constexpr double kBarWidth = 0.86;
constexpr int kTimeLabels = 5;
constexpr double kLeastDecade = -5, kDecades = 6;  // 10 microseconds to 10 s
constexpr rules::seconds kOneDay{26 * 3600};

std::string SpanText(const Plot& plot, std::size_t column) {
  const rules::TimePoint begin = plot.begins[column];
  return DayAndClockText(begin) + "–" + ClockText(begin + plot.step);
}

using Format = std::string (*)(const std::optional<double>&);

std::string CountOf(const std::optional<double>& value) {
  return CountText(static_cast<std::uint64_t>(value.value_or(0)));
}

std::string TimeOf(const std::optional<double>& value) {
  return SecondsText(value);
}

void AddTimeAxis(Html& html, const Plot& plot) {
  html.Open("div", {{"class", "axis x"}, {"aria-hidden", "true"}});
  const rules::TimePoint begin = plot.begins.front();
  const rules::TimePoint end = plot.begins.back() + plot.step;
  for (int i = 0; i < kTimeLabels; ++i) {
    const rules::TimePoint at = begin + (end - begin) * i / (kTimeLabels - 1);
    html.Element("span", {}, end - begin <= kOneDay ? ClockText(at) : DayText(at));
  }
  html.Close();
}

void AddValueAxis(Html& html, const std::vector<std::string>& labels) {
  html.Open("div", {{"class", "axis y"}, {"aria-hidden", "true"}});
  for (const std::string& label : labels) html.Element("span", {}, label);
  html.Close();
}

void AddGrid(Html& html, std::size_t columns, int steps) {
  std::string path;
  for (int i = 0; i <= steps; ++i) path += fmt::format("M0 {:g}H{}", kHeight * i / steps, columns);
  html.Element("path", {{"class", "grid"}, {"d", path}}, "");
}

// What lies under the pointer: as high as the plot, with the numbers of its column.
void AddColumns(Html& html, const Plot& plot, Format format) {
  html.Open("g", {{"class", "columns"}});
  for (std::size_t i = 0; i < plot.begins.size(); ++i) {
    std::string title = SpanText(plot, i);
    for (const PlotSeries& series : plot.series) title += "\n" + series.name + ": " + format(series.values[i]);
    html.Open("rect", {{"x", std::to_string(i)}, {"y", "0"}, {"width", "1"}, {"height", "100"}}).Open("title");
    for (std::string_view rest = title; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      html.Text(rest.substr(0, end)).Text(end < rest.size() ? " · " : "");
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    html.Close().Close();
  }
  html.Close();
}

void AddLegend(Html& html, const Plot& plot) {
  html.Open("ul", {{"class", "legend"}});
  // As the bars stand: the uppermost first.
  for (auto series = plot.series.rbegin(); series != plot.series.rend(); ++series) {
    html.Open("li").Element("i", {{"class", "key " + series->look}, {"aria-hidden", "true"}}, "");
    html.Text(series->name).Close();
  }
  html.Close();
}

void AddTable(Html& html, const Plot& plot, const Texts& texts, Format format) {
  html.Open("details", {{"class", "numbers"}, {"id", plot.id + "-numbers"}});
  const std::string_view numbers = texts("plot.numbers");
  html.Element("summary", {{"aria-label", std::string(numbers) + ": " + plot.title}}, numbers);
  html.Open("div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", plot.title}});
  html.Open("table").Element("caption", {}, plot.title).Open("thead").Open("tr");
  html.Element("th", {{"scope", "col"}}, texts("plot.time"));
  for (const PlotSeries& series : plot.series) {
    html.Element("th", {{"scope", "col"}, {"class", "number"}, {"data-look", series.look}}, series.name);
  }
  html.Close().Close().Open("tbody");
  for (std::size_t i = 0; i < plot.begins.size(); ++i) {
    // Left out on paper.
    const bool is_idle =
        std::ranges::none_of(plot.series, [i](const PlotSeries& series) { return series.values[i].value_or(0) > 0; });
    html.Open("tr", {{"data-begin", rules::PrintTime(plot.begins[i])}, {"class", is_idle ? "idle" : ""}});
    html.Element("th", {{"scope", "row"}}, SpanText(plot, i));
    for (const PlotSeries& series : plot.series) {
      html.Element("td", {{"class", "number"}}, format(series.values[i]));
    }
    html.Close();
  }
  html.Close().Close().Close().Close();
}

struct Shapes {
  std::vector<std::string> value_labels;  // from the top down, evenly
  int grid_steps = 4;
  Html svg;
};

Html Framed(const Plot& plot, const Texts& texts, Format format, const Shapes& shapes) {
  Html html;
  html.Open("figure", {{"class", "plot"},
                       {"id", plot.id},
                       {"data-step", std::to_string(plot.step.count())},
                       {"data-columns", std::to_string(plot.begins.size())}});
  AddLegend(html, plot);
  html.Open("div", {{"class", "canvas"}});
  AddValueAxis(html, shapes.value_labels);
  html.Open("svg", {{"viewBox", "0 0 " + std::to_string(plot.begins.size()) + " 100"},
                    {"preserveAspectRatio", "none"},
                    {"role", "img"},
                    {"aria-label", plot.title}});
  AddGrid(html, plot.begins.size(), shapes.grid_steps);
  html.Add(shapes.svg);
  AddColumns(html, plot, format);
  html.Close();
  AddTimeAxis(html, plot);
  html.Close();
  AddTable(html, plot, texts, format);
  return html.Close();
}

std::string LinePath(const PlotSeries& series) {
  std::string path;
  bool is_drawn = false;  // the column before
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const auto& value = series.values[i];
    if (!value) {
      is_drawn = false;
      continue;
    }
    const double decade = std::clamp(std::log10(std::max(*value, 1e-9)) - kLeastDecade, 0.0, kDecades);
    const double y = kHeight * (1 - decade / kDecades);
    path += fmt::format("{}{} {:.2f}H{}", std::exchange(is_drawn, true) ? 'L' : 'M', i, y, i + 1);
  }
  return path;
}

// Bars upon those of before, whose `heights` they add to.
std::string BarPath(const PlotSeries& series, double end, std::vector<double>& heights) {
  std::string path;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const double height = kHeight * series.values[i].value_or(0) / end;
    if (height == 0) continue;
    heights[i] += height;
    path += fmt::format("M{:g} {:.3f}h{:g}v{:.3f}h-{:g}z", static_cast<double>(i) + (1 - kBarWidth) / 2,
                        kHeight - heights[i], kBarWidth, height, kBarWidth);
  }
  return path;
}

std::string CurvePath(const PlotSeries& series, double end) {
  std::string path;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    path +=
        fmt::format("{}{} {:.2f}H{}", i == 0 ? 'M' : 'L', i, kHeight * (1 - series.values[i].value_or(0) / end), i + 1);
  }
  return path;
}

}  // namespace

Axis AxisFor(double most) {
  constexpr int kMostSteps = 5, kLeastSteps = 3;
  if (most <= 4) return {};
  const double power = std::pow(10, std::floor(std::log10(most / kMostSteps)));
  for (const double round : {1.0, 2.0, 5.0, 10.0}) {
    const double step = round * power;
    const int steps = static_cast<int>(std::ceil(most / step - 1e-9));
    if (steps <= kMostSteps) return {.step = step, .steps = std::max(steps, kLeastSteps)};
  }
  return {.step = 10 * power, .steps = kMostSteps};
}

Html StackedBars(const Plot& plot, const Texts& texts) {
  std::vector<double> heights(plot.begins.size(), 0.0);
  double most = 0;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    double sum = 0;
    for (const PlotSeries& series : plot.series) {
      const double value = series.values[i].value_or(0);
      if (series.is_curve)
        most = std::max(most, value);
      else
        sum += value;
    }
    most = std::max(most, sum);
  }
  const Axis axis = AxisFor(most);
  Shapes shapes{.value_labels = {}, .grid_steps = axis.steps, .svg = {}};
  for (int i = axis.steps; i >= 0; --i) shapes.value_labels.push_back(ShortCount(axis.step * i));
  for (const PlotSeries& series : plot.series) {
    if (series.is_curve) {
      shapes.svg.Element("path", {{"class", "line " + series.look}, {"d", CurvePath(series, axis.end())}}, "");
      continue;
    }
    shapes.svg.Element("path", {{"class", "bar " + series.look}, {"d", BarPath(series, axis.end(), heights)}}, "");
  }
  return Framed(plot, texts, CountOf, shapes);
}

Html LogLines(const Plot& plot, const Texts& texts) {
  Shapes shapes{.value_labels = {"10 s", "100 ms", "1 ms", "10 µs"}, .grid_steps = 6, .svg = {}};
  for (const PlotSeries& series : plot.series) {
    shapes.svg.Element("path", {{"class", "line " + series.look}, {"d", LinePath(series)}}, "");
  }
  return Framed(plot, texts, TimeOf, shapes);
}

Html ShareBar(double part, double whole, std::string_view look) {
  const double width = whole > 0 ? std::clamp(100 * part / whole, 0.0, 100.0) : 0;
  Html html;
  html.Open("svg", {{"class", "share"},
                    {"viewBox", "0 0 100 1"},
                    {"preserveAspectRatio", "none"},
                    {"aria-hidden", "true"},
                    {"focusable", "false"}});
  html.Element("rect", {{"class", "rest"}, {"width", "100"}, {"height", "1"}}, "");
  html.Element("rect", {{"class", look}, {"width", fmt::format("{:.2f}", width)}, {"height", "1"}}, "");
  return html.Close();
}

}  // namespace policyd::http::pages
