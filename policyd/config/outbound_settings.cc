#include "policyd/config/outbound_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "policyd/config/config_values.h"
#include "rules/values/dns_name.h"

namespace policyd::config {
namespace {

constexpr std::string_view kOff = "off";
constexpr std::int64_t kMostOfLimit = 1'000'000'000;

constexpr std::array<std::pair<std::string_view, std::optional<rules::Limit> rules::LimitWishes::*>, 3> kLimits{
    {{"recipients_per_hour", &rules::LimitWishes::recipients_per_hour},
     {"recipients_per_day", &rules::LimitWishes::recipients_per_day},
     {"messages_per_hour", &rules::LimitWishes::messages_per_hour}}};

void ReadMember(const ConfigValue::Member& given, const Report& report, rules::OutboundClass& made) {
  if (given.name == "name") {
    if (auto name = Text(ParseClassName)(given.value, report)) made.name = *std::move(name);
    return;
  }
  if (given.name == "match") {
    auto match = List(Text(rules::OutboundTarget::Parse))(given.value, report);
    if (match) made.match = *std::move(match);
    return;
  }
  const auto limit = std::ranges::find(kLimits, given.name, &decltype(kLimits)::value_type::first);
  if (limit != kLimits.end()) {
    if (auto most = ReadLimit(given.value, report)) made.limits.*limit->second = *most;
    return;
  }
  std::string known = "name, match";
  for (const auto& [name, member] : kLimits) known += fmt::format(", {}", name);
  report(given.value.line, fmt::format("unknown key, expected one of {}", known));
}

rules::OutboundClass ReadClass(const ConfigValue& element, const Report& report) {
  rules::OutboundClass made;
  bool is_sound = true;
  for (const ConfigValue::Member& given : *std::get_if<ConfigValue::Table>(&element.value)) {
    const auto under_key = [&](int line, const std::string& what) {
      is_sound = false;
      report(line, fmt::format("{}: {}", given.name, what));
    };
    ReadMember(given, under_key, made);
  }
  if (is_sound && made.match.empty()) {
    report(element.line, "match: expected at least one login, @domain or network");
  }
  if (is_sound && made.limits.empty()) report(element.line, "expected a limit: recipients_per_hour, ...");
  if (made.name.empty() && !made.match.empty()) made.name = made.match.front().text;
  return made;
}

}  // namespace

rules::Result<std::optional<rules::Mode>> ParseOutboundMode(std::string_view text) {
  using Mode = std::optional<rules::Mode>;
  if (text == kOff) return Mode();
  if (const auto mode = ParseMode(text)) return Mode(*mode);
  return rules::Error{fmt::format(R"(expected "off", "monitor", "tag" or "enforce", got "{}")", text)};
}

rules::Result<std::optional<std::string>> ParseLoginDomain(std::string_view text) {
  using Domain = std::optional<std::string>;
  if (text.empty()) return Domain();
  const auto name = ParseHostName(text);
  return name ? rules::Result<Domain>(*name) : name.error();
}

rules::Result<std::string> ParseOwnDomain(std::string_view text) {
  const bool is_with_all_below = text.starts_with('.');
  const auto name = ParseHostName(is_with_all_below ? text.substr(1) : text);
  if (!name) return name.error();
  return is_with_all_below ? '.' + *name : *name;
}

rules::Result<std::uint32_t> ParseLimitNumber(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && number >= 1 && number <= kMostOfLimit) return number;
  return rules::Error{fmt::format("expected a whole number from 1 to {}, or \"off\", got \"{}\"", kMostOfLimit, text)};
}

std::optional<rules::Limit> ReadLimit(const ConfigValue& setting, const Report& report) {
  const auto* text = std::get_if<std::string>(&setting.value);
  if (text && *text == kOff) return rules::Limit();
  const auto* number = std::get_if<std::int64_t>(&setting.value);
  if (!number || *number < 1 || *number > kMostOfLimit) {
    ReportMismatch(setting, fmt::format("a whole number from 1 to {}, or \"off\"", kMostOfLimit), report);
    return std::nullopt;
  }
  return rules::Limit(static_cast<std::uint32_t>(*number));
}

std::optional<std::vector<rules::OutboundClass>> ReadOutboundClasses(const ConfigValue& setting, const Report& report) {
  const auto* elements = std::get_if<ConfigValue::Array>(&setting.value);
  const auto is_table = [](const ConfigValue& element) {
    return std::holds_alternative<ConfigValue::Table>(element.value);
  };
  if (!elements || !std::ranges::all_of(*elements, is_table)) {
    ReportMismatch(setting, "tables, each under [[outbound.class]]", report);
    return std::nullopt;
  }
  std::vector<rules::OutboundClass> classes;
  for (const ConfigValue& element : *elements) classes.push_back(ReadClass(element, report));
  return classes;
}

}  // namespace policyd::config
