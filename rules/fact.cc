#include "rules/fact.h"

#include <algorithm>

namespace rules {
namespace {

// Lists of people, reverse DNS and half a dozen block lists: room for what most mails need, taken once.
constexpr std::size_t kUsualFacts = 12;

}  // namespace

const Fact* Facts::Find(Question::Kind kind, std::string_view name, std::string_view zone) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(), [=](const auto& known) {
    const Question& question = known.first;
    return question.kind == kind && question.name == name && question.zone == zone;
  });
  return found == facts_.end() ? nullptr : &found->second;
}

bool Facts::Add(Question question, Fact fact) {
  if (Find(question)) return false;
  if (facts_.capacity() == 0) facts_.reserve(kUsualFacts);
  facts_.emplace_back(std::move(question), std::move(fact));
  return true;
}

}  // namespace rules
