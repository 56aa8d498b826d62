#include "rules/fact.h"

#include <algorithm>
#include <cassert>

namespace rules {
namespace {

// Lists of people, reverse DNS and half a dozen block lists: room for what most mails need, taken once.
constexpr std::size_t kUsualFacts = 12;

const Fact* FindIn(const KnownFacts& facts, Question::Kind kind, std::string_view name, std::string_view zone) {
  const auto found = std::find_if(facts.begin(), facts.end(), [=](const auto& known) {
    const Question& question = known.first;
    return question.kind == kind && question.name == name && question.zone == zone;
  });
  return found == facts.end() ? nullptr : &found->second;
}

}  // namespace

const Fact* Facts::Find(Question::Kind kind, std::string_view name, std::string_view zone) const {
  const Fact* own = FindIn(facts_, kind, name, zone);
  return own || !shared_ ? own : FindIn(*shared_, kind, name, zone);
}

bool Facts::Add(Question question, Fact fact) {
  if (Find(question)) return false;
  if (facts_.capacity() == 0) facts_.reserve(kUsualFacts);
  facts_.emplace_back(std::move(question), std::move(fact));
  return true;
}

void Facts::Share(std::shared_ptr<const KnownFacts> facts) {
  assert(!shared_ && "the facts of one client are shared once");
  shared_ = std::move(facts);
}

void Facts::AddDnsFactsOf(const Facts& other) {
  if (!shared_) shared_ = other.shared_;
  for (const auto& [question, fact] : other.facts_) {
    if (AsksDns(question.kind)) Add(question, fact);
  }
}

KnownFacts Facts::all() const {
  KnownFacts all = facts_;
  if (shared_) all.insert(all.end(), shared_->begin(), shared_->end());
  return all;
}

}  // namespace rules
