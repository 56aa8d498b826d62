// One value of the configuration file with the line it stands on, and the readers that turn it into a typed one.
//
// A reader is called with a Setting and a Report and returns the value, or nothing once it has reported what it
// expected instead.  Readers know nothing of TOML or of keys; they are combined in the table of config_keys.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/values/points.h"
#include "rules/values/result.h"
#include "rules/values/time.h"

namespace policyd::config {

struct ConfigValue {
  struct Member;
  using Array = std::vector<ConfigValue>;
  using Table = std::vector<Member>;
  struct Other {};  // dates and times: no key takes one

  int line = 0;
  std::variant<Other, bool, std::int64_t, double, std::string, Array, Table> value;

  // `"abc"`, `12`, `an array`: what stands behind "got".
  std::string Describe() const;
};

struct ConfigValue::Member {
  std::string name;
  ConfigValue value;
};

// "expected X, got Y" about a line.
using Report = std::function<void(int line, std::string what)>;

void ReportMismatch(const ConfigValue& setting, std::string_view expected, const Report& report);

struct LocatedText {
  std::string text;
  int line = 0;
};

std::optional<LocatedText> ReadText(const ConfigValue& setting, const Report& report);
// `zone = "name"` pairs.
std::optional<std::vector<std::pair<std::string, LocatedText>>> ReadTextTable(const ConfigValue& setting,
                                                                              const Report& report);
// `zone = { must = ["127.0.0.2"], must_not = ["127.0.0.1"] }` rows.
struct PointRows {
  std::string zone;
  int line = 0;
  std::vector<LocatedText> must, must_not;
};
std::optional<std::vector<PointRows>> ReadPointRows(const ConfigValue& setting, const Report& report);
// "pcre:FILE", or { file = "pcre:FILE", result = "action" }.
struct TableSetting {
  LocatedText file;
  bool decides = false;  // result = "action": the table's own action is done, not counted in points
};
std::optional<TableSetting> ReadTableSetting(const ConfigValue& setting, const Report& report);
// An integer, or a float with one digit: 3.25 is an error, since sums of points are exact.
std::optional<rules::Points> ReadPoints(const ConfigValue& setting, const Report& report);
// Points, or "off": a band that is switched off.
std::optional<std::optional<rules::Points>> ReadBand(const ConfigValue& setting, const Report& report);

std::optional<std::int64_t> ReadWhole(const ConfigValue& setting, std::int64_t least, std::int64_t most,
                                      const Report& report);
std::optional<rules::milliseconds> ReadDuration(const ConfigValue& setting, rules::milliseconds least,
                                                rules::milliseconds most, const Report& report);

std::optional<bool> ReadBool(const ConfigValue& setting, const Report& report);

// A whole number within bounds.
template <class T>
auto Whole(T least, T most) {
  return [least, most](const ConfigValue& setting, const Report& report) -> std::optional<T> {
    const auto number = ReadWhole(setting, static_cast<std::int64_t>(least), static_cast<std::int64_t>(most), report);
    if (!number) return std::nullopt;
    return static_cast<T>(*number);
  };
}

// A duration within bounds; with T = seconds a whole number of these.
template <class T>
auto Duration(T least, T most) {
  return [least, most](const ConfigValue& setting, const Report& report) -> std::optional<T> {
    const auto duration = ReadDuration(setting, least, most, report);
    if (!duration) return std::nullopt;
    const T whole = std::chrono::duration_cast<T>(*duration);
    if (whole != *duration) {
      ReportMismatch(setting, "whole seconds", report);
      return std::nullopt;
    }
    return whole;
  };
}

// Text that `parse` turns into a value.
template <class T>
auto Text(rules::Result<T> (*parse)(std::string_view)) {
  return [parse](const ConfigValue& setting, const Report& report) -> std::optional<T> {
    const auto text = ReadText(setting, report);
    if (!text) return std::nullopt;
    rules::Result<T> value = parse(text->text);
    if (value.ok()) return *std::move(value);
    report(setting.line, value.error().message);
    return std::nullopt;
  };
}

// An array; every element that cannot be read is reported.
template <class Reader>
auto List(Reader read) {
  using T = typename decltype(read(std::declval<const ConfigValue&>(), std::declval<const Report&>()))::value_type;
  return [read](const ConfigValue& setting, const Report& report) -> std::optional<std::vector<T>> {
    const auto* elements = std::get_if<ConfigValue::Array>(&setting.value);
    if (!elements) {
      ReportMismatch(setting, "an array", report);
      return std::nullopt;
    }
    std::vector<T> values;
    for (const ConfigValue& element : *elements) {
      if (auto value = read(element, report)) values.push_back(*std::move(value));
    }
    if (values.size() != elements->size()) return std::nullopt;
    return values;
  };
}

}  // namespace policyd::config
