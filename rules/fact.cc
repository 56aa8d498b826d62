#include "rules/fact.h"

#include <algorithm>

namespace rules {
namespace {

using Kind = Question::Kind;

// The place of a kind whose Facts are entries of people; nothing for other kinds.
constexpr std::optional<std::size_t> PlaceOf(Kind kind) {
  switch (kind) {
    case Kind::kClientEntries:
      return 0;
    case Kind::kSenderEntries:
      return 1;
    case Kind::kRecipientEntries:
      return 2;
    default:
      return std::nullopt;
  }
}

}  // namespace

const Fact* Facts::Find(Kind kind, std::string_view name, std::string_view zone) const {
  if (const auto place = PlaceOf(kind)) return of_people_[*place] ? &*of_people_[*place] : nullptr;
  const auto found = std::find_if(facts_.begin(), facts_.end(), [=](const auto& known) {
    const Question& question = known.first;
    return question.kind == kind && question.name == name && question.zone == zone;
  });
  return found == facts_.end() ? nullptr : &found->second;
}

bool Facts::Add(Question question, Fact fact) {
  if (PlaceOf(question.kind)) return Add(question.kind, std::move(fact));
  if (Find(question)) return false;
  facts_.emplace_back(std::move(question), std::move(fact));
  return true;
}

bool Facts::Add(Kind kind, Fact fact) {
  std::optional<Fact>& place = of_people_[*PlaceOf(kind)];
  if (place) return false;
  place = std::move(fact);
  return true;
}

void Facts::AddDnsFactsOf(const Facts& other) {
  for (const auto& [question, fact] : other.facts_) {
    if (AsksDns(question.kind)) Add(question, fact);
  }
}

KnownFacts Facts::all() const {
  KnownFacts all;
  for (const Kind kind : kPeopleKinds) {
    if (const Fact* fact = Find(kind)) all.push_back({{kind, {}, {}}, *fact});
  }
  all.insert(all.end(), facts_.begin(), facts_.end());
  return all;
}

}  // namespace rules
