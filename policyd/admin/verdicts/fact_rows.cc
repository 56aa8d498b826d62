#include "policyd/admin/verdicts/fact_rows.h"

#include <algorithm>
#include <utility>

namespace policyd::admin {
namespace {

bool Asks(const rules::Policy& policy, const std::string& zone) {
  const auto is_it = [&zone](const rules::Zone& one) { return one.name == zone; };
  return std::ranges::any_of(policy.zones, is_it) || std::ranges::any_of(policy.name_zones, is_it);
}

}  // namespace

rules::FactText Describe(const Config& config, const rules::Question& question, const rules::Fact& fact,
                         rules::TimePoint now) {
  const bool is_the_shadows = config.shadow && !Asks(*config.policy, question.zone);
  return rules::Describe(is_the_shadows ? *config.shadow : *config.policy, question, fact, now);
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string AnswerOf(const rules::FactText& fact) {
  return fact.records.empty() ? fact.answer : fact.answer + ": " + Joined(fact.records);
}

Json FactToJson(const rules::FactText& fact) {
  Json records = Json::Array();
  for (const std::string& text : fact.records) records.Append(text);
  return Json::Object()
      .Add("asked", fact.asked)
      .Add("name", fact.name)
      .Add("list", fact.list.empty() ? Json() : Json(fact.list))
      .Add("answer", fact.answer)
      .Add("records", std::move(records))
      .Add("age", fact.age ? Json(fact.age->count()) : Json());
}

Json FactsToJson(const Config& config, const cache::KnownFacts& known, rules::TimePoint now) {
  Json facts = Json::Array();
  for (const auto& [question, fact] : known) {
    facts.Append(FactToJson(Describe(config, question, fact, now))
                     .Add("until", rules::PrintTime(fact.until))
                     .Add("fresh", fact.is_fresh(now)));
  }
  return facts;
}

}  // namespace policyd::admin
