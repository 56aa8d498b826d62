#include "policyd/serve/clients/known_clients.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "policyd/dns/fair_queue.h"
#include "rules/freshness.h"

namespace policyd::serve {
namespace {

std::size_t HashOfRecord(std::string_view record) {
  return std::hash<std::string_view>()(record);
}

}  // namespace

std::shared_ptr<KnownClient> AssessRecord(std::shared_ptr<const rules::Policy> policy,
                                          std::shared_ptr<const rules::Health> health, const rules::IpAddress& client,
                                          std::string_view record, rules::TimePoint now) {
  auto facts = cache::DecodeFacts(record);
  if (!facts) return nullptr;
  std::erase_if(*facts, [now](const auto& known) {
    const rules::Fact& fact = known.second;
    return fact.is_unavailable() || !fact.is_fresh(now) || now >= rules::SettledUntil(fact);
  });
  const std::size_t answers = facts->size();
  auto until = rules::TimePoint::max();
  rules::TimePoint since;
  for (const auto& [question, fact] : *facts) {
    since = std::max(since, fact.learnt);
    until = std::min(until, rules::SettledUntil(fact));
  }
  rules::ClientAssessment assessment = rules::Assess(*policy, *health, client, rules::Facts(*std::move(facts)));
  if (!assessment.open.empty()) return nullptr;
  return std::make_shared<KnownClient>(KnownClient{.policy = std::move(policy),
                                                   .health = std::move(health),
                                                   .address = client,
                                                   .record_hash = HashOfRecord(record),
                                                   .answers = answers,
                                                   .assessment = std::move(assessment),
                                                   .since = since,
                                                   .until = until});
}

std::shared_ptr<const KnownClient> KnownClients::Find(cache::ReadTransaction& snapshot, const rules::IpAddress& client,
                                                      const std::shared_ptr<const rules::Policy>& policy,
                                                      const std::shared_ptr<const rules::Health>& health,
                                                      rules::TimePoint now) {
  const std::uint64_t number = snapshot.number();
  if (number == 0) return nullptr;
  const std::uint64_t hash = HashOf(client);
  Place* place = Find(hash);
  const KnownClient* known = place ? place->client.get() : nullptr;
  if (known) Prefetch(known, sizeof(*known));
  const bool holds = known && known->address == client && known->policy == policy && known->health == health &&
                     now < known->until && !rules::IsFromFuture(known->since, now);
  if (holds && place->snapshot == number) {
    Prefetch(known->assessment.reverse.name.data(), known->assessment.reverse.name.size());
    return place->client;
  }

  const auto record = facts_.GetClientRecord(snapshot, client);
  if (!record) return nullptr;
  const bool still_holds = holds && known->record_hash == HashOfRecord(*record);
  if (!still_holds) {
    auto assessed = AssessRecord(policy, health, client, *record, now);
    if (!assessed && place) place->client = nullptr;
    if (!assessed) return nullptr;
    if (!place) place = &MakePlace(hash, client);
    place->client = std::move(assessed);
  }
  place->snapshot = number;
  return place->client;
}

rules::KnownFacts KnownClients::FactsOf(cache::ReadTransaction& snapshot, const KnownClient& known) const {
  const auto record = facts_.GetClientRecord(snapshot, known.address);
  if (!record || HashOfRecord(*record) != known.record_hash) return {};
  const auto family = known.address.is_v4() ? rules::ZoneFamily::kIpv4 : rules::ZoneFamily::kIpv6;
  const auto counts = [&](const std::string& zone) {
    const auto is_it = [&zone](const rules::Zone& one) { return one.name == zone; };
    return std::ranges::any_of(known.policy->zones, is_it) && known.health->Counts(zone, family) &&
           known.health->HasFamily(zone, family);
  };
  rules::KnownFacts facts = cache::DecodeFacts(*record).value_or(rules::KnownFacts());
  std::erase_if(facts, [&](const auto& row) {
    const auto& [question, fact] = row;
    return fact.is_unavailable() || (question.kind == rules::Question::Kind::kList && !counts(question.zone));
  });
  return facts;
}

KnownClients::Place* KnownClients::Find(std::uint64_t hash) {
  Row& row = rows_[hash % kRows];
  const auto is_it = [hash](const Place& place) { return place.hash == hash; };
  if (is_it(row.front())) return &row.front();
  const auto found = std::find_if(row.begin(), row.end(), is_it);
  if (found == row.end()) return nullptr;
  std::rotate(row.begin(), found, found + 1);
  return &row.front();
}

KnownClients::Place& KnownClients::MakePlace(std::uint64_t hash, const rules::IpAddress& client) {
  Row& row = rows_[hash % kRows];
  const std::uint64_t network = dns::NetworkOf(client).wide;
  const auto is_neighbour = [network](const Place& place) {
    return place.client && dns::NetworkOf(place.client->address).wide == network;
  };
  const auto neighbour = std::find_if(row.begin(), row.end(), is_neighbour);
  Place& place = neighbour != row.end() ? *neighbour : row.back();
  place.hash = hash;
  return place;
}

}  // namespace policyd::serve
