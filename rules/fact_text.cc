#include "rules/fact_text.h"

#include <algorithm>

#include "rules/zones/zone.h"

namespace rules {
namespace {

std::string ShownOf(const Policy& policy, const std::string& zone) {
  for (const auto* zones : {&policy.zones, &policy.name_zones, &policy.outbound.zones}) {
    const auto found = std::find_if(zones->begin(), zones->end(), [&](const auto& one) { return one.name == zone; });
    if (found != zones->end()) return found->shown;
  }
  return ShownFormerZone(zone);
}

const char* StateName(Fact::State state) {
  switch (state) {
    case Fact::State::kPresent:
      return "present";
    case Fact::State::kAbsent:
      return "absent";
    case Fact::State::kUnavailable:
      return "unavailable";
  }
  return "";
}

// A stranger's text may be as long as he likes; rows of the journal hold it.
std::string Cut(const std::string& text) {
  constexpr std::size_t kMost = 255;
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

std::vector<std::string> RecordsOf(const Fact& fact) {
  std::vector<std::string> texts = fact.Get<HostNames>();
  for (const IpAddress& address : fact.Get<Addresses>()) texts.push_back(address.ToString());
  for (const MailHost& host : fact.Get<MailHosts>()) {
    texts.push_back(std::to_string(host.preference) + " " + (host.name.empty() ? "." : host.name));
  }
  for (const std::string& text : fact.Get<Texts>().whole) texts.push_back(Cut(text));
  for (const std::string& text : fact.Get<Texts>().begun) texts.push_back(text + "...");
  return texts;
}

}  // namespace

std::string FactText::About() const {
  if (list.empty() || name.empty()) return list + name;
  return name + " in " + list;
}

FactText Describe(const Policy& policy, const Question& question, const Fact& fact, TimePoint now) {
  const bool was_learnt = fact.learnt != TimePoint{};  // after the request began, where it had to be asked
  return {.asked = DnsKindName(question.kind),
          .name = question.name,
          .list = IsOfList(question.kind) ? ShownOf(policy, question.zone) : std::string(),
          .answer = StateName(fact.state),
          .records = RecordsOf(fact),
          .age = was_learnt ? std::optional(std::max(now - fact.learnt, seconds{0})) : std::nullopt};
}

}  // namespace rules
