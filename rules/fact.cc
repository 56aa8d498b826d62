#include "rules/fact.h"

#include <algorithm>

namespace rules {

const Fact* Facts::Find(Question::Kind kind, std::string_view name, std::string_view zone) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(), [=](const auto& known) {
    const Question& question = known.first;
    return question.kind == kind && question.name == name && question.zone == zone;
  });
  return found == facts_.end() ? nullptr : &found->second;
}

bool Facts::Add(Question question, Fact fact) {
  if (Find(question)) return false;
  facts_.emplace_back(std::move(question), std::move(fact));
  return true;
}

}  // namespace rules
