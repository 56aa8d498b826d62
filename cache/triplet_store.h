// The greylist's triplets and the auto-whitelist (records/).
//
// Key of a triplet: hash of the client key, then hash of sender and recipient, so that a network's rows lie together.
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cache/lmdb.h"
#include "cache/walk.h"
#include "rules/siphash.h"
#include "rules/triplet.h"

namespace cache {

struct TripletId {
  std::string_view client_key;  // "192.0.2.0/24", "example.net"
  std::string_view sender;      // as NormalizeSender() gives it
  std::string_view recipient;   // lower case
};

// What people see of a row: texts are cut at kMaxRowText, a confirmed row keeps none.
struct TripletRow {
  std::string client_key, sender, recipient;
  rules::Triplet record;
};

class TripletStore {
 public:
  TripletStore(Environment& environment, const rules::HashKey& secret);

  std::optional<rules::Triplet> Get(ReadTransaction& snapshot, const TripletId& id) const;
  std::optional<rules::AutoWhitelistCount> GetPasses(ReadTransaction& snapshot, std::string_view name) const;

  Status Put(WriteTransaction& transaction, const TripletId& id, const rules::Triplet& record) const;
  Status PutPasses(WriteTransaction& transaction, std::string_view name, const rules::AutoWhitelistCount& count) const;
  Result<bool> Remove(WriteTransaction& transaction, const TripletId& id) const;

  // Visits the waiting rows until visit returns false.
  void Scan(ReadTransaction& snapshot, const std::function<bool(const TripletRow&)>& visit) const;

  // One short step of the walking sweep: looks at up to `steps` rows from `position` on and removes those that ended;
  // moves `position`, empty at the end.
  using Swept = cache::Swept;
  struct Ends {
    rules::TimePoint waiting_before, confirmed_before;
  };
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, std::size_t steps, const Ends& ends) const;
  // Removes the `count` oldest waiting rows of the step; never a confirmed one.
  Result<Swept> Evict(WriteTransaction& transaction, std::string& position, std::size_t steps, std::size_t count) const;

  Table triplets() const { return triplets_; }
  Table passes() const { return passes_; }

 private:
  std::string KeyOf(const TripletId& id) const;

  Table triplets_;
  Table passes_;
  rules::HashKey secret_;
};

}  // namespace cache
