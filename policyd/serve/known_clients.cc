#include "policyd/serve/known_clients.h"

#include <algorithm>
#include <utility>

#include "rules/refresh.h"

namespace policyd::serve {
namespace {

constexpr std::size_t kMostClients = 4096;  // each takes about 1.5 KiB

const rules::Fact* FindAnswer(const rules::KnownFacts& record, const rules::Question& question) {
  const auto found = std::find_if(record.begin(), record.end(), [&question](const auto& known) {
    return known.first == question && !known.second.is_unavailable();
  });
  return found == record.end() ? nullptr : &found->second;
}

}  // namespace

std::shared_ptr<const KnownClient> AssessRecord(const std::shared_ptr<const rules::Policy>& policy,
                                                const std::shared_ptr<const rules::Health>& health,
                                                const rules::IpAddress& client, const rules::KnownFacts& record,
                                                rules::TimePoint now) {
  auto known = std::make_shared<KnownClient>();
  known->until = rules::TimePoint::max();
  rules::Facts facts;
  for (;;) {
    known->assessment = rules::Assess(*policy, *health, client, facts);
    if (known->assessment.open.empty()) break;
    for (const rules::Question& question : known->assessment.open) {
      const rules::Fact* answer = FindAnswer(record, question);
      if (!answer || now >= rules::SettledUntil(*answer)) return nullptr;
      known->until = std::min(known->until, rules::SettledUntil(*answer));
      facts.Add(question, *answer);
    }
  }
  known->policy = policy;
  known->health = health;
  known->facts = std::make_shared<const rules::KnownFacts>(facts.all());
  return known;
}

std::size_t KnownClients::AddressHash::operator()(const rules::IpAddress& address) const {
  const auto bytes = address.bytes();
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::shared_ptr<const KnownClient> KnownClients::Find(cache::ReadTransaction& snapshot, const rules::IpAddress& client,
                                                      const std::shared_ptr<const rules::Policy>& policy,
                                                      const std::shared_ptr<const rules::Health>& health,
                                                      rules::TimePoint now) {
  const std::uint64_t number = snapshot.number();
  if (number == 0) return nullptr;
  Kept* kept = FindKept(client);
  if (!kept || kept->snapshot != number) {
    const auto record = facts_.GetClientRecord(snapshot, client);
    if (!record) return nullptr;
    if (!kept) kept = Keep({.address = client, .snapshot = 0, .record = {}, .client = nullptr});
    if (kept->record != *record) {
      kept->record = *record;
      kept->client = nullptr;
    }
    kept->snapshot = number;
  }

  const KnownClient* known = kept->client.get();
  const bool holds = known && known->policy == policy && known->health == health && now < known->until;
  if (!holds) {
    const auto facts = cache::DecodeFacts(kept->record);
    kept->client = facts ? AssessRecord(policy, health, client, *facts, now) : nullptr;
  }
  return kept->client;
}

KnownClients::Kept* KnownClients::FindKept(const rules::IpAddress& client) {
  const auto found = by_address_.find(client);
  if (found == by_address_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &by_use_.front();
}

KnownClients::Kept* KnownClients::Keep(Kept kept) {
  if (by_use_.size() >= kMostClients) {
    by_address_.erase(by_use_.back().address);
    by_use_.pop_back();
  }
  by_use_.push_front(std::move(kept));
  by_address_[by_use_.front().address] = by_use_.begin();
  return &by_use_.front();
}

}  // namespace policyd::serve
