#include "policyd/ctl/fact_rows.h"

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include "policyd/ctl/columns.h"

namespace policyd::ctl {
namespace {

// A zone may hold a key: nothing but the DNS question shows it.
std::string ShownOf(const rules::Policy& policy, const std::string& zone) {
  for (const auto* sites : {&policy.sites, &policy.name_sites}) {
    const auto site = std::find_if(sites->begin(), sites->end(), [&](const auto& one) { return one.zone == zone; });
    if (site != sites->end()) return site->shown;
  }
  return rules::ShownZone(zone, {});
}

const char* StateName(rules::Fact::State state) {
  switch (state) {
    case rules::Fact::State::kPresent:
      return "present";
    case rules::Fact::State::kAbsent:
      return "absent";
    case rules::Fact::State::kUnavailable:
      return "unavailable";
  }
  return "";
}

std::vector<std::string> RecordTexts(const rules::Fact& fact) {
  std::vector<std::string> texts = fact.Get<rules::HostNames>();
  for (const rules::IpAddress& address : fact.Get<rules::Addresses>()) texts.push_back(address.ToString());
  return texts;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

// Else there was no answer in time: nothing to remember.
bool WasLearnt(const rules::Fact& fact) {
  return fact.learnt != rules::TimePoint{};
}

// "fresh for 5m", "stale for 2h".
std::string Freshness(const rules::Fact& fact, rules::TimePoint now) {
  if (!WasLearnt(fact)) return "not known";
  const bool is_fresh = now < fact.until;
  return (is_fresh ? "fresh for " : "stale for ") +
         rules::PrintDuration(is_fresh ? fact.until - now : now - fact.until);
}

}  // namespace

void PrintFacts(Context& context, const rules::Policy& policy, const cache::KnownFacts& known) {
  Columns columns({"asked", "about", "answer", "records", "age", "state"});
  for (const auto& [question, fact] : known) {
    const std::string about = question.zone.empty() ? question.name : ShownOf(policy, question.zone);
    columns.Add({rules::DnsKindName(question.kind), about, StateName(fact.state), Joined(RecordTexts(fact)),
                 WasLearnt(fact) ? rules::PrintDuration(context.now - fact.learnt) : "", Freshness(fact, context.now)});
  }
  columns.Print(context.out);
}

Json FactsToJson(Context& context, const rules::Policy& policy, const cache::KnownFacts& known) {
  Json facts = Json::Array();
  for (const auto& [question, fact] : known) {
    Json records = Json::Array();
    for (const std::string& text : RecordTexts(fact)) records.Append(text);
    facts.Append(Json::Object()
                     .Add("asked", rules::DnsKindName(question.kind))
                     .Add("name", question.name)
                     .Add("list", question.zone.empty() ? Json() : Json(ShownOf(policy, question.zone)))
                     .Add("answer", StateName(fact.state))
                     .Add("records", std::move(records))
                     .Add("age", WasLearnt(fact) ? Json((context.now - fact.learnt).count()) : Json())
                     .Add("until", rules::PrintTime(fact.until))
                     .Add("fresh", context.now < fact.until));
  }
  return facts;
}

}  // namespace policyd::ctl
