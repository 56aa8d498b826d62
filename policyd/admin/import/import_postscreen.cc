// clang-format off
//   main.cf = *( name "=" value )          postconf(5); a line that begins with a blank continues the one before
//   sites   = *( entry ( "," / blank ) )   postscreen_dnsbl_sites
// clang-format on
#include "policyd/admin/import/import.h"

#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "policyd/runtime/shown.h"
#include "rules/tables/table_lines.h"
#include "rules/values/ascii.h"
#include "rules/zones/zone.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kZones = "postscreen_dnsbl_sites";
constexpr std::string_view kThreshold = "postscreen_dnsbl_threshold";
constexpr int kMostThreshold = 1000;  // of dnsbl.threshold

using Parameters = std::map<std::string, std::string, std::less<>>;

Parameters ReadParameters(std::string_view text) {
  Parameters parameters;
  for (const rules::TableLine& line : rules::ReadTableLines(text).lines) {
    const std::size_t equals = line.text.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view whole = line.text;
    const std::string name(rules::WithoutBlanks(whole.substr(0, equals)));
    parameters[name] = rules::WithoutBlanks(whole.substr(equals + 1));  // the last counts, as in Postfix
  }
  return parameters;
}

std::vector<std::string> SplitZones(std::string_view text) {
  std::vector<std::string> zones;
  std::string zone;
  for (const char c : text) {
    if (c != ',' && !rules::IsBlank(c)) {
      zone += c;
    } else if (!zone.empty()) {
      zones.push_back(std::exchange(zone, {}));
    }
  }
  if (!zone.empty()) zones.push_back(zone);
  return zones;
}

rules::Result<int> ThresholdOf(const Parameters& parameters) {
  const auto found = parameters.find(kThreshold);
  if (found == parameters.end()) return 1;  // postscreen's default
  const std::string& text = found->second;
  int threshold = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), threshold);
  const bool is_number = fault == std::errc{} && end == text.data() + text.size();
  if (is_number && threshold >= 1 && threshold <= kMostThreshold) return threshold;
  return rules::Error{std::string(kThreshold) + ": expected a number from 1 to 1000, got \"" + runtime::Shown(text) +
                      "\""};
}

}  // namespace

Result<PostscreenLists> ReadPostscreen(std::string_view text, const std::string& name) {
  const auto fail = [&name](Error::Kind kind, const std::string& why) {
    return Error{.kind = kind, .message = name + ": " + why};
  };
  const Parameters parameters = ReadParameters(text);
  const auto found = parameters.find(kZones);
  if (found == parameters.end()) return fail(Error::Kind::kNotFound, "there is no " + std::string(kZones));
  if (found->second.find('$') != std::string::npos) {
    return fail(Error::Kind::kBadInput, std::string(kZones) + ": expected no $name: \"postconf -x " +
                                            std::string(kZones) + "\" prints it filled in");
  }
  std::vector<std::string> zones = SplitZones(found->second);
  if (zones.empty()) return fail(Error::Kind::kNotFound, std::string(kZones) + " is empty");
  const auto threshold = ThresholdOf(parameters);
  if (!threshold) return fail(Error::Kind::kBadInput, threshold.error().message);
  const auto parsed = rules::ParseZones(zones, {}, *threshold);
  if (!parsed) return fail(Error::Kind::kBadInput, std::string(kZones) + ": " + parsed.error().message);
  return PostscreenLists{.zones = std::move(zones), .threshold = *threshold};
}

runtime::Json ToJson(const PostscreenLists& lists) {
  runtime::Json array = runtime::Json::Array();
  for (const std::string& zone : lists.zones) array.Append(zone);
  return runtime::Json::Object().Add("sites", std::move(array)).Add("threshold", lists.threshold);
}

}  // namespace policyd::admin
