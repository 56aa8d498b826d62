#include "rules/fact.h"

#include <algorithm>

namespace rules {

const Fact* Facts::Find(const Question& question) const {
  const auto found =
      std::find_if(facts_.begin(), facts_.end(), [&](const auto& known) { return known.first == question; });
  return found == facts_.end() ? nullptr : &found->second;
}

bool Facts::Add(Question question, Fact fact) {
  if (Find(question)) return false;
  facts_.emplace_back(std::move(question), std::move(fact));
  return true;
}

}  // namespace rules
