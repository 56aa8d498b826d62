// What DNS said, kept over requests and restarts, each answer until its own end (facts/).
//
// Get...() may be called from any thread; it reads memory-mapped pages and does not wait for the Writer.  Nothing here
// reads a clock.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cache/lmdb.h"
#include "rules/fact.h"

namespace cache {

using KnownFacts = std::vector<std::pair<rules::Question, rules::Fact>>;

class FactStore {
 public:
  explicit FactStore(Environment& environment);

  // All that is known of a client, fresh and stale: one look-up.  A record that cannot be read counts as none.
  KnownFacts GetClient(ReadTransaction& snapshot, const rules::IpAddress& client) const;

  // The answer of a name list.  REQUIRES: question.kind == kNameList.
  std::optional<rules::Fact> GetName(ReadTransaction& snapshot, const rules::Question& question) const;

  // Merges Facts that DNS answered into the client's record; Facts for other Questions of it stay, those stale beyond
  // `keep_from` go.
  Status Put(WriteTransaction& transaction, const rules::IpAddress& client, const KnownFacts& facts,
             rules::TimePoint keep_from) const;

  Result<bool> Forget(WriteTransaction& transaction, const rules::IpAddress& client) const;

  Table clients() const { return clients_; }
  Table names() const { return names_; }

 private:
  Table clients_;
  Table names_;
};

}  // namespace cache
