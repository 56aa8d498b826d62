#include "policyd/ctl/fact_rows.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "policyd/ctl/columns.h"

namespace policyd::ctl {
namespace {

// "fresh for 5m", "stale for 2h"; of a failure when DNS is asked again.
std::string Freshness(const rules::FactText& text, const rules::Fact& fact, rules::TimePoint now) {
  if (!text.age) return "not known";
  if (rules::IsFromFuture(fact.learnt, now)) return "learnt while the clock was ahead: asked again";
  const bool is_fresh = fact.is_fresh(now);
  if (fact.is_unavailable())
    return is_fresh ? "asked again in " + rules::PrintDuration(fact.until - now) : "asked again";
  return (is_fresh ? "fresh for " : "stale for ") +
         rules::PrintDuration(is_fresh ? fact.until - now : now - fact.until);
}

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

void PrintFacts(Context& context, const Config& config, const cache::KnownFacts& known) {
  Columns columns({"asked", "about", "answer", "records", "age", "state"});
  for (const auto& [question, fact] : known) {
    const rules::FactText text = Describe(config, question, fact, context.now);
    columns.Add({text.asked, text.About(), text.answer, Joined(text.records),
                 text.age ? rules::PrintDuration(*text.age) : "", Freshness(text, fact, context.now)});
  }
  columns.Print(context.out);
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

Json FactsToJson(Context& context, const Config& config, const cache::KnownFacts& known) {
  Json facts = Json::Array();
  for (const auto& [question, fact] : known) {
    facts.Append(FactToJson(Describe(config, question, fact, context.now))
                     .Add("until", rules::PrintTime(fact.until))
                     .Add("fresh", fact.is_fresh(context.now)));
  }
  return facts;
}

}  // namespace policyd::ctl
