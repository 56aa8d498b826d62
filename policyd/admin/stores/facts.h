// The remembered answers of DNS as people see and forget them: each Fact with its age.
//
// Where facts/ cannot be used (the machine crashed, and the daemon has not started since) nothing is remembered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cache/facts/fact_store.h"
#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "policyd/runtime/json.h"
#include "rules/fact_text.h"

namespace policyd::admin {

// As the policy that asks the question says it: a list may be the shadow's alone.
rules::FactText Describe(const config::Config& config, const rules::Question& question, const rules::Fact& fact,
                         rules::TimePoint now);

// An array of objects.  A zone is shown by its name, as it may hold a key.
runtime::Json FactsToJson(const config::Config& config, const cache::KnownFacts& known, rules::TimePoint now);

// The answers of then: the same members without `until` and `fresh`.
runtime::Json FactToJson(const rules::FactText& fact);

// "present: 192.0.2.1, 192.0.2.2"
std::string AnswerOf(const rules::FactText& fact);

struct CacheSubjectOptions {
  std::string subject{};  // a client's address, or a name that name lists were asked about
};

// Is the subject an address or a name?
Status Check(const CacheSubjectOptions& options);
// Every fact; an error where there is none.
Result<cache::KnownFacts> FindFacts(const config::Config& config, const cache::Stores& stores,
                                    const CacheSubjectOptions& options);
// The facts go, the next request asks DNS again; an error where there is none.
Status ForgetFacts(const cache::Stores& stores, const CacheSubjectOptions& options);
// All facts go, in short steps; returns how many clients and names had some.
Result<std::uint64_t> ForgetAllFacts(const cache::Stores& stores);

}  // namespace policyd::admin
