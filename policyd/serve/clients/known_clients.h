// Keeps the Assessment of clients whose answers of DNS are all in the store: a warm request decodes and assesses
// nothing.
//
// Each is kept with the Policy and Health it was made with, until the first of its Facts is due for a refresh, and is
// looked at again whenever facts/ has changed: what was forgotten or learnt anew counts for the very next request.
// Never holds list matches.  Belongs to one thread.
//
// Bounded, and strangers may fill it: a client that loses its place is assessed anew with its next request, which takes
// longer and says the same.  A newcomer has the last place of its row, and those in front only once it comes again: a
// flood of clients that come once pushes out its own.  Of a row a /16 or /32 has one place, however many addresses it
// uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cache/facts/fact_store.h"
#include "cache/reputation/reputations.h"
#include "policyd/serve/clients/prefetch.h"
#include "rules/evaluate.h"

namespace policyd::serve {

struct KnownClient {
  std::shared_ptr<const rules::Policy> policy;
  std::shared_ptr<const rules::Health> health;
  rules::IpAddress address;
  std::size_t record_hash = 0;         // of what facts/ held
  std::size_t answers = 0;             // in it, that are fresh
  rules::ClientAssessment assessment;  // without open Questions
  rules::TimePoint since;              // the youngest of the Facts was learnt
  rules::TimePoint until;              // from here on a Fact may be due for a refresh

  // What is counted of its mail until that is added to the counts of its key (ConductCounts).
  struct Conduct {
    rules::DayCounts mail{};
    std::optional<cache::ClientHash> key{};  // of rules::ClientKey(), once it was needed
  };
  mutable Conduct conduct{};
};

// Nothing where an answer is missing, has ended or is due for a refresh.  Pure.
std::shared_ptr<KnownClient> AssessRecord(std::shared_ptr<const rules::Policy> policy,
                                          std::shared_ptr<const rules::Health> health, const rules::IpAddress& client,
                                          std::string_view record, rules::TimePoint now);

class KnownClients {
 public:
  // `facts` outlives this.
  explicit KnownClients(const cache::FactStore& facts) : facts_(facts), rows_(kRows) {}

  // It will be looked for soon: fetches its row into the processor's cache, where it seldom is.
  void Expect(const rules::IpAddress& client) const { Prefetch(&rows_[HashOf(client) % kRows], sizeof(Row)); }

  // Null where not all is known and fresh.
  std::shared_ptr<const KnownClient> Find(cache::ReadTransaction& snapshot, const rules::IpAddress& client,
                                          const std::shared_ptr<const rules::Policy>& policy,
                                          const std::shared_ptr<const rules::Health>& health, rules::TimePoint now);

  // What the Assessment rests on, read once more; nothing where something else was learnt since.
  rules::KnownFacts FactsOf(cache::ReadTransaction& snapshot, const KnownClient& known) const;

 private:
  static constexpr std::size_t kRows = 8192;
  struct Place {
    std::uint64_t hash = 0;      // of the address
    std::uint64_t snapshot = 0;  // in which the record was last looked at
    std::shared_ptr<const KnownClient> client;
  };
  using Row = std::array<Place, 4>;  // the last one asked for comes first; each takes about 0.4 KiB

  // The client's place, moved to the front of its row; null where it has none.
  Place* Find(std::uint64_t hash);
  // A newcomer's.
  Place& MakePlace(std::uint64_t hash, const rules::IpAddress& client);

  const cache::FactStore& facts_;
  std::vector<Row> rows_;
};

}  // namespace policyd::serve
