#include "policyd/config/config_value.h"

#include <cmath>

#include <fmt/format.h>

namespace policyd::config {
namespace {

constexpr std::size_t kMaxShown = 80;  // of a text in an error

std::string Quoted(std::string_view text) {
  const bool is_long = text.size() > kMaxShown;
  return fmt::format("\"{}{}\"", text.substr(0, kMaxShown), is_long ? "..." : "");
}

struct Description {
  std::string operator()(const ConfigValue::Other&) const { return "a date or time"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return Quoted(value); }
  std::string operator()(const ConfigValue::Array&) const { return "an array"; }
  std::string operator()(const ConfigValue::Table&) const { return "a table"; }
};

// A number of points, or nothing where it has more than one digit behind the point or is out of bounds.
std::optional<rules::Points> PointsOf(double value) {
  constexpr double kMost = 1000;
  if (!(std::abs(value) <= kMost)) return std::nullopt;  // not a number is no number of points either
  const double tenths = std::round(value * 10);
  // 3.3 has no exact binary form: its tenths are compared, not its value.
  if (std::abs(value * 10 - tenths) > 1e-9) return std::nullopt;
  return rules::Points{static_cast<int>(tenths)};
}

}  // namespace

std::string ConfigValue::Describe() const {
  return std::visit(Description{}, value);
}

void ReportMismatch(const ConfigValue& setting, std::string_view expected, const Report& report) {
  report(setting.line, fmt::format("expected {}, got {}", expected, setting.Describe()));
}

std::optional<LocatedText> ReadText(const ConfigValue& setting, const Report& report) {
  if (const auto* text = std::get_if<std::string>(&setting.value)) return LocatedText{*text, setting.line};
  ReportMismatch(setting, "text in quotes", report);
  return std::nullopt;
}

std::optional<std::vector<std::pair<std::string, LocatedText>>> ReadTextTable(const ConfigValue& setting,
                                                                              const Report& report) {
  const auto* members = std::get_if<ConfigValue::Table>(&setting.value);
  if (!members) {
    ReportMismatch(setting, R"(a table of "ZONE" = "NAME")", report);
    return std::nullopt;
  }
  std::vector<std::pair<std::string, LocatedText>> pairs;
  for (const auto& [key, value] : *members) {
    if (auto text = ReadText(value, report)) pairs.emplace_back(key, *std::move(text));
  }
  return pairs;
}

std::optional<std::vector<PointRows>> ReadPointRows(const ConfigValue& setting, const Report& report) {
  constexpr std::string_view kRow = R"(a table such as { must = ["127.0.0.2"], must_not = ["127.0.0.1"] })";
  const auto* zones = std::get_if<ConfigValue::Table>(&setting.value);
  if (!zones) {
    ReportMismatch(setting, "a table of ZONE = { must = [...], must_not = [...] }", report);
    return std::nullopt;
  }
  std::vector<PointRows> rows;
  for (const auto& [zone, value] : *zones) {
    const auto* members = std::get_if<ConfigValue::Table>(&value.value);
    if (!members) {
      ReportMismatch(value, kRow, report);
      continue;
    }
    PointRows& row = rows.emplace_back(PointRows{.zone = zone, .line = value.line, .must = {}, .must_not = {}});
    for (const auto& [name, points] : *members) {
      if (name != "must" && name != "must_not") {
        report(points.line, fmt::format("expected must or must_not, got {}", name));
        continue;
      }
      if (auto texts = List(ReadText)(points, report)) (name == "must" ? row.must : row.must_not) = *std::move(texts);
    }
  }
  return rows;
}

std::optional<TableSetting> ReadTableSetting(const ConfigValue& setting, const Report& report) {
  constexpr std::string_view kWanted = R"(a file in quotes, or { file = "pcre:FILE", result = "points" or "action" })";
  if (std::holds_alternative<std::string>(setting.value)) return TableSetting{*ReadText(setting, report)};
  const auto* members = std::get_if<ConfigValue::Table>(&setting.value);
  if (!members) {
    ReportMismatch(setting, kWanted, report);
    return std::nullopt;
  }
  TableSetting table;
  bool is_good = true;
  for (const auto& [name, value] : *members) {
    const auto* text = std::get_if<std::string>(&value.value);
    if (name == "file" && text) {
      table.file = {*text, value.line};
    } else if (name == "result" && text && (*text == "points" || *text == "action")) {
      table.decides = *text == "action";
    } else {
      report(value.line, fmt::format("expected {}, got {} = {}", kWanted, name, value.Describe()));
      is_good = false;
    }
  }
  if (is_good && table.file.text.empty()) report(setting.line, fmt::format("expected {}, got no file", kWanted));
  if (!is_good || table.file.text.empty()) return std::nullopt;
  return table;
}

std::optional<rules::Points> ReadPoints(const ConfigValue& setting, const Report& report) {
  std::optional<rules::Points> points;
  if (const auto* whole = std::get_if<std::int64_t>(&setting.value)) points = PointsOf(static_cast<double>(*whole));
  if (const auto* decimal = std::get_if<double>(&setting.value)) points = PointsOf(*decimal);
  if (!points) ReportMismatch(setting, "a number of points from -1000 to 1000 with at most one decimal digit", report);
  return points;
}

std::optional<std::optional<rules::Points>> ReadBand(const ConfigValue& setting, const Report& report) {
  if (const auto* text = std::get_if<std::string>(&setting.value)) {
    if (*text == "off") return std::optional<rules::Points>();
    ReportMismatch(setting, "a number of points or \"off\"", report);
    return std::nullopt;
  }
  const auto points = ReadPoints(setting, report);
  if (!points) return std::nullopt;
  return std::optional(points);
}

std::optional<bool> ReadBool(const ConfigValue& setting, const Report& report) {
  if (const auto* value = std::get_if<bool>(&setting.value)) return *value;
  ReportMismatch(setting, "true or false", report);
  return std::nullopt;
}

std::optional<std::int64_t> ReadWhole(const ConfigValue& setting, std::int64_t least, std::int64_t most,
                                      const Report& report) {
  const auto* number = std::get_if<std::int64_t>(&setting.value);
  if (number && *number >= least && *number <= most) return *number;
  ReportMismatch(setting, fmt::format("a whole number from {} to {}", least, most), report);
  return std::nullopt;
}

std::optional<rules::milliseconds> ReadDuration(const ConfigValue& setting, rules::milliseconds least,
                                                rules::milliseconds most, const Report& report) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (!text) {
    ReportMismatch(setting, "a duration such as \"4s\"", report);
    return std::nullopt;
  }
  const auto duration = rules::ParseDuration(*text);
  if (!duration) {
    report(setting.line, duration.error().message);
    return std::nullopt;
  }
  if (*duration >= least && *duration <= most) return *duration;
  ReportMismatch(setting,
                 fmt::format("a duration from {} to {}", rules::PrintDuration(least), rules::PrintDuration(most)),
                 report);
  return std::nullopt;
}

}  // namespace policyd::config
