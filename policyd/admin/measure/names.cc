#include "policyd/admin/measure/names.h"

#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

// A text that is no host name gets an answer, too: no rule applies to it.
rules::NameVerdict Classify(const rules::Policy& policy, std::string_view text, const rules::IpAddress& client) {
  const auto name = rules::ReadHostName(text);
  if (!name) return {.name_class = rules::NameClass::kPlain, .rule = "no_host_name", .weight = 0};
  return rules::ClassifyName(*name, client, policy.ignored_name_words);
}

rules::Points PointsOf(const rules::Policy& policy, rules::NameClass name_class) {
  switch (name_class) {
    case rules::NameClass::kDynamic:
      return policy.PointsOf(rules::SignalKind::kDynamicName);
    case rules::NameClass::kCloud:
      return policy.PointsOf(rules::SignalKind::kCloudName);
    case rules::NameClass::kMail:
    case rules::NameClass::kPlain:
      break;
  }
  return {};
}

// "IP<TAB>NAME[<TAB>...]"
rules::Result<ClassedName> ParseLine(const rules::Policy& policy, std::string_view line) {
  const std::vector<std::string_view> fields = rules::Split(line, '\t');
  const auto client = rules::ReadAddress(fields.front());
  if (!client || fields.size() < 2) {
    return rules::Error{fmt::format("expected IP<TAB>NAME, got \"{}\"", runtime::Shown(line.substr(0, 100)))};
  }
  const rules::NameVerdict verdict = Classify(policy, fields[1], *client);
  return ClassedName{.client = std::string(fields[0]),
                     .name = std::string(fields[1]),
                     .verdict = verdict,
                     .points = PointsOf(policy, verdict.name_class)};
}

}  // namespace

rules::Result<std::vector<ClassedName>> ClassifyNames(const rules::Policy& policy, std::string_view text) {
  std::vector<ClassedName> names;
  std::size_t number = 0;
  for (const std::string_view line : rules::SplitLines(text)) {
    ++number;
    if (line.empty()) continue;
    auto name = ParseLine(policy, line);
    if (!name) return rules::Error{fmt::format(":{}: {}", number, name.error().message)};
    names.push_back(*std::move(name));
  }
  return names;
}

runtime::Json ToJson(const std::vector<ClassedName>& names) {
  runtime::Json array = runtime::Json::Array();
  for (const ClassedName& name : names) {
    array.Append(runtime::Json::Object()
                     .Add("client", name.client)
                     .Add("name", name.name)
                     .Add("class", rules::Name(name.verdict.name_class))
                     .Add("points", name.points.tenths / 10.0)
                     .Add("rule", name.verdict.rule));
  }
  return array;
}

}  // namespace policyd::admin
