// Clients of whom the store knows all that is asked of DNS, with their Assessment: a warm request decodes and assesses
// nothing.
//
// Each is kept with the Policy and Health it was made with, until the first of its Facts is due for a refresh, and is
// looked at again whenever facts/ has changed: what was forgotten or learnt anew counts for the very next request.
// Never holds list matches.  Bounded.  Belongs to one thread.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "cache/fact_store.h"
#include "rules/evaluate.h"

namespace policyd::serve {

struct KnownClient {
  std::shared_ptr<const rules::Policy> policy;
  std::shared_ptr<const rules::Health> health;
  std::shared_ptr<const rules::KnownFacts> facts;  // those that the Assessment rests on, all fresh answers
  rules::ClientAssessment assessment;              // without open Questions
  rules::TimePoint until;                          // from here on a Fact may be due for a refresh
};

// Nothing where an answer is missing, has ended or is due for a refresh.  Pure.
std::shared_ptr<const KnownClient> AssessRecord(const std::shared_ptr<const rules::Policy>& policy,
                                                const std::shared_ptr<const rules::Health>& health,
                                                const rules::IpAddress& client, const rules::KnownFacts& record,
                                                rules::TimePoint now);

class KnownClients {
 public:
  // `facts` outlives this.
  explicit KnownClients(const cache::FactStore& facts) : facts_(facts) {}

  // Null where not all is known and fresh.
  std::shared_ptr<const KnownClient> Find(cache::ReadTransaction& snapshot, const rules::IpAddress& client,
                                          const std::shared_ptr<const rules::Policy>& policy,
                                          const std::shared_ptr<const rules::Health>& health, rules::TimePoint now);

 private:
  struct Kept {
    rules::IpAddress address;
    std::uint64_t snapshot = 0;  // in which the record was last looked at
    std::string record;
    std::shared_ptr<const KnownClient> client;
  };
  struct AddressHash {
    std::size_t operator()(const rules::IpAddress& address) const;
  };

  // Null where there is none, else the first of by_use_.
  Kept* FindKept(const rules::IpAddress& client);
  Kept* Keep(Kept kept);

  const cache::FactStore& facts_;
  std::list<Kept> by_use_;  // the last used first
  std::unordered_map<rules::IpAddress, std::list<Kept>::iterator, AddressHash> by_address_;
};

}  // namespace policyd::serve
