#include "rules/fact.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace rules {

using Kind = Question::Kind;

KeptTexts KeepTexts(std::vector<std::string> records) {
  const auto rank = [](const std::string& text) {
    const std::string begin = LowerAscii(std::string_view(text).substr(0, 6));
    return begin == "v=spf1" ? 0 : begin.starts_with("v=") ? 1 : 2;
  };
  std::ranges::sort(records, {},
                    [&rank](const std::string& text) { return std::pair(rank(text), std::string_view(text)); });
  KeptTexts kept;
  std::size_t bytes = 0;
  for (std::string& text : records) {
    if (bytes + text.size() <= kMaxTextBytes && kept.texts.whole.size() < kMaxTexts) {
      bytes += text.size();
      kept.texts.whole.push_back(std::move(text));
    } else if (kept.texts.begun.size() < kMaxBegunTexts) {
      kept.texts.begun.push_back(text.substr(0, kBegunText));
    } else {
      kept.is_cut = true;
    }
  }
  return kept;
}

const Fact* Facts::FindBesidePeople(Kind kind, std::string_view name, std::string_view zone) const {
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

bool Facts::Add(Kind kind, Fact&& fact) {
  std::optional<Fact>& place = of_people_[*PlaceOf(kind)];
  if (place) return false;
  place.emplace(std::move(fact));
  return true;
}

void Facts::Clear() {
  for (std::optional<Fact>& fact : of_people_) fact.reset();
  facts_.clear();
  earlier_recipients_ = {};
  is_closed_ = false;
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
