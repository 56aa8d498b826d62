#include "policyd/ctl/names.h"

#include <ostream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "policyd/admin/lines.h"
#include "policyd/ctl/input.h"
#include "policyd/runtime/json.h"
#include "policyd/runtime/shown.h"
#include "rules/client/dynamic_name.h"
#include "rules/policy.h"
#include "rules/values/as_written.h"
#include "rules/values/dns_name.h"

namespace policyd::ctl {
namespace {

struct ClassedName {
  std::string client;
  std::string name;  // as it was given
  rules::NameVerdict verdict;
  rules::Points points;
};

// What is no host name is an answer too: no rule looks at it.
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
  const std::vector<std::string_view> fields = admin::SplitFields(line);
  const auto client = rules::ReadAddress(fields.front());
  if (!client || fields.size() < 2) {
    return rules::Error{fmt::format("expected IP<TAB>NAME, got \"{}\"", Shown(line.substr(0, 100)))};
  }
  const rules::NameVerdict verdict = Classify(policy, fields[1], *client);
  return ClassedName{.client = std::string(fields[0]),
                     .name = std::string(fields[1]),
                     .verdict = verdict,
                     .points = PointsOf(policy, verdict.name_class)};
}

void PrintText(std::ostream& out, const std::vector<ClassedName>& names) {
  for (const ClassedName& name : names) {
    out << name.client << '\t' << Shown(name.name) << '\t' << rules::Name(name.verdict.name_class) << '\t'
        << rules::PrintPoints(name.points) << '\t' << name.verdict.rule << '\n';
  }
}

void PrintJson(std::ostream& out, const std::vector<ClassedName>& names) {
  Json array = Json::Array();
  for (const ClassedName& name : names) {
    array.Append(Json::Object()
                     .Add("client", name.client)
                     .Add("name", name.name)
                     .Add("class", rules::Name(name.verdict.name_class))
                     .Add("points", name.points.tenths / 10.0)
                     .Add("rule", name.verdict.rule));
  }
  out << array.Dump() << '\n';
}

}  // namespace

ExitStatus RunNames(Context& context, const NamesOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  const auto text = ReadInput(context, options.file);
  if (!text) return Fail(context, kBadInput, text.error().message);

  std::vector<ClassedName> names;
  std::size_t number = 0;
  for (const std::string_view line : admin::SplitLines(*text)) {
    ++number;
    if (line.empty()) continue;
    auto name = ParseLine(*config->policy, line);
    if (!name) return Fail(context, kBadInput, fmt::format("{}:{}: {}", options.file, number, name.error().message));
    names.push_back(*std::move(name));
  }
  if (context.is_json) {
    PrintJson(context.out, names);
  } else {
    PrintText(context.out, names);
  }
  return kDone;
}

}  // namespace policyd::ctl
