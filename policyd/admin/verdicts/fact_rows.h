// What DNS said of a client or a name, told to people: each Fact with its age.
#pragma once

#include <vector>

#include "cache/facts/fact_store.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/fact_text.h"

namespace policyd::admin {

// As the policy that asks the question says it: a list may be the shadow's alone.
rules::FactText Describe(const Config& config, const rules::Question& question, const rules::Fact& fact,
                         rules::TimePoint now);

// An array of objects.  A zone is shown by its name, as it may hold a key.
Json FactsToJson(const Config& config, const cache::KnownFacts& known, rules::TimePoint now);

// What was known then: the same members without `until` and `fresh`.
Json FactToJson(const rules::FactText& fact);

// "present: 192.0.2.1, 192.0.2.2"
std::string AnswerOf(const rules::FactText& fact);
std::string Joined(const std::vector<std::string>& texts);

}  // namespace policyd::admin
