#include "policyd/admin/stores/facts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/runtime/shown.h"
#include "rules/values/as_written.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

bool Asks(const rules::Policy& policy, const std::string& zone) {
  const auto is_it = [&zone](const rules::Zone& one) { return one.name == zone; };
  return std::ranges::any_of(policy.zones, is_it) || std::ranges::any_of(policy.name_zones, is_it);
}

struct CacheSubject {
  std::optional<rules::IpAddress> client;
  std::string name;  // if the subject is no client
};

Result<CacheSubject> ParseSubject(std::string_view text) {
  if (const auto client = rules::ReadAddress(text)) return CacheSubject{.client = *client, .name = {}};
  if (auto name = rules::ReadHostName(text)) return CacheSubject{.client = {}, .name = std::move(*name)};
  return Error{.kind = Error::Kind::kBadInput,
               .message = "expected a client's address or a host name, got \"" + runtime::Shown(text) + "\""};
}

// A name has one row for each zone that it was asked of, those of the configuration, and one for each type of its own
// records.
std::set<rules::Question> NameQuestions(const config::Config& config, const std::string& name) {
  std::set<rules::Question> questions;
  for (const char* any : {"0.0.0.0", "::"}) {
    questions.insert(rules::Question::NameAddresses(name, *rules::IpAddress::Parse(any)));
  }
  questions.insert(rules::Question::NameTexts(name));
  questions.insert(rules::Question::NameMailHosts(name));
  for (const auto& policy : {config.policy, config.shadow}) {
    if (!policy) continue;
    for (const rules::Zone& zone : policy->name_zones) {
      questions.insert(rules::Question::NameList(name, zone.name));
    }
  }
  return questions;
}

cache::KnownFacts ReadFacts(const cache::Stores& stores, const config::Config& config, const CacheSubject& subject) {
  if (!stores.facts()) return {};
  cache::ReadTransaction snapshot(*stores.facts_environment());
  if (subject.client) return stores.facts()->GetClient(snapshot, *subject.client);
  cache::KnownFacts known;
  for (const rules::Question& question : NameQuestions(config, subject.name)) {
    const cache::KnownFacts facts = stores.facts()->GetName(snapshot, question);
    known.insert(known.end(), facts.begin(), facts.end());
  }
  return known;
}

// Do the facts about a client depend on the name?
bool RestsOn(std::string_view record, const std::string& name) {
  if (record.find(name) == std::string_view::npos) return false;
  const auto facts = cache::DecodeFacts(record);
  return facts && std::ranges::any_of(*facts, [&name](const auto& known) {
           return known.first.kind == rules::Question::Kind::kForward && known.first.name == name;
         });
}

// After a partner has mended the address of a name, DNS is asked anew for all clients that have it.
rules::Result<std::uint64_t> ForgetClientsOf(const cache::Stores& stores, const std::string& name) {
  std::vector<std::string> keys;
  cache::ReadTransaction snapshot(*stores.facts_environment());
  snapshot.Walk(stores.facts()->clients(), {}, [&](std::string_view key, std::string_view record) {
    if (RestsOn(record, name)) keys.emplace_back(key);
    return true;
  });
  snapshot.Reset();
  for (std::size_t begin = 0; begin < keys.size(); begin += cache::kRowsPerStep) {
    const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
    if (!transaction) return transaction.error();
    for (std::size_t i = begin; i < std::min(begin + cache::kRowsPerStep, keys.size()); ++i) {
      const auto deleted = (*transaction)->Delete(stores.facts()->clients(), keys[i]);
      if (!deleted) return deleted.error();
    }
    const auto committed = (*transaction)->Commit();
    if (!committed) return committed.error();
  }
  return keys.size();
}

// One step; returns how many rows went.
rules::Result<std::uint64_t> DeleteSome(cache::Environment& environment, cache::Table table) {
  const auto transaction = cache::WriteTransaction::Begin(environment);
  if (!transaction) return transaction.error();
  std::vector<std::string> keys;
  (*transaction)->Scan(table, {}, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return keys.size() < cache::kRowsPerStep;
  });
  for (const std::string& key : keys) {
    const auto deleted = (*transaction)->Delete(table, key);
    if (!deleted) return deleted.error();
  }
  const auto committed = (*transaction)->Commit();
  if (!committed) return committed.error();
  return keys.size();
}

rules::Result<bool> Forget(const cache::Stores& stores, const CacheSubject& subject) {
  if (!stores.facts()) return false;
  std::uint64_t clients = 0;
  if (!subject.client) {
    const auto forgotten = ForgetClientsOf(stores, subject.name);
    if (!forgotten) return forgotten.error();
    clients = *forgotten;
  }
  const auto transaction = cache::WriteTransaction::Begin(*stores.facts_environment());
  if (!transaction) return transaction.error();
  bool was_there = false;
  if (subject.client) {
    const auto forgotten = stores.facts()->Forget(**transaction, *subject.client);
    if (!forgotten) return forgotten.error();
    was_there = *forgotten;
  } else {
    const auto forgotten = stores.facts()->ForgetName(**transaction, subject.name);
    if (!forgotten) return forgotten.error();
    was_there = *forgotten + clients > 0;
  }
  const auto committed = (*transaction)->Commit();
  if (!committed) return committed.error();
  return was_there;
}

Error NothingOf(const CacheSubjectOptions& options, const char* why) {
  return {.kind = Error::Kind::kNotFound, .message = options.subject + why};
}

}  // namespace

rules::FactText Describe(const config::Config& config, const rules::Question& question, const rules::Fact& fact,
                         rules::TimePoint now) {
  const bool is_the_shadows = config.shadow && !Asks(*config.policy, question.zone);
  return rules::Describe(is_the_shadows ? *config.shadow : *config.policy, question, fact, now);
}

std::string AnswerOf(const rules::FactText& fact) {
  return fact.records.empty() ? fact.answer : fact.answer + ": " + rules::Joined(fact.records);
}

runtime::Json FactToJson(const rules::FactText& fact) {
  runtime::Json records = runtime::Json::Array();
  for (const std::string& text : fact.records) records.Append(text);
  return runtime::Json::Object()
      .Add("asked", fact.asked)
      .Add("name", fact.name)
      .Add("list", fact.list.empty() ? runtime::Json() : runtime::Json(fact.list))
      .Add("answer", fact.answer)
      .Add("records", std::move(records))
      .Add("age", fact.age ? runtime::Json(fact.age->count()) : runtime::Json());
}

runtime::Json FactsToJson(const config::Config& config, const cache::KnownFacts& known, rules::TimePoint now) {
  runtime::Json facts = runtime::Json::Array();
  for (const auto& [question, fact] : known) {
    facts.Append(FactToJson(Describe(config, question, fact, now))
                     .Add("until", rules::PrintTime(fact.until))
                     .Add("fresh", fact.is_fresh(now)));
  }
  return facts;
}

Status Check(const CacheSubjectOptions& options) {
  const auto subject = ParseSubject(options.subject);
  if (!subject) return subject.error();
  return rules::Done{};
}

Result<cache::KnownFacts> FindFacts(const config::Config& config, const cache::Stores& stores,
                                    const CacheSubjectOptions& options) {
  const auto subject = ParseSubject(options.subject);
  if (!subject) return subject.error();
  auto known = ReadFacts(stores, config, *subject);
  if (!known.empty()) return known;
  return NothingOf(options, subject->client ? ": nothing is remembered of it"
                                            : ": no name list was asked about it; reverse DNS is remembered by the "
                                              "client's address");
}

Status ForgetFacts(const cache::Stores& stores, const CacheSubjectOptions& options) {
  const auto subject = ParseSubject(options.subject);
  if (!subject) return subject.error();
  const auto forgotten = Forget(stores, *subject);
  if (!forgotten) return As(Error::Kind::kStore, forgotten.error());
  if (!*forgotten) return NothingOf(options, ": nothing is remembered of it");
  return rules::Done{};
}

Result<std::uint64_t> ForgetAllFacts(const cache::Stores& stores) {
  std::uint64_t total = 0;
  if (!stores.facts()) return total;
  for (const cache::Table table : {stores.facts()->clients(), stores.facts()->names()}) {
    for (;;) {
      const auto deleted = DeleteSome(*stores.facts_environment(), table);
      if (!deleted) return As(Error::Kind::kStore, deleted.error());
      total += *deleted;
      // A running daemon adds rows while we delete: a step that was not full was the last.
      if (*deleted < cache::kRowsPerStep) break;
    }
  }
  return total;
}

}  // namespace policyd::admin
