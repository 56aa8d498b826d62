// Keeps the answers of DNS over requests and restarts, each until its own end (facts/).
//
// A failure (kUnavailable) never takes the place of an answer that may still serve stale: the record then holds both
// Facts for one Question, the answer first.
//
// Strangers fill it: each new address is a row.  A full store drops rows of the networks that hold most of it
// (shares.h); clients that were there an hour ago already go last.  Strangers choose names as well, and no address
// bounds how many: names take a quarter of the store at most.  A client that lost its row waits for DNS again.
//
// Get...() may be called from any thread; it reads memory-mapped pages and does not wait for the Writer.  Nothing here
// reads a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cache/facts/fact_record.h"
#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "rules/fact.h"
#include "rules/values/siphash.h"

namespace cache {

class FactStore {
 public:
  // `secret`: strangers choose addresses, and must not know where theirs lie.
  explicit FactStore(Environment& environment, const rules::HashKey& secret = {});

  // All that is known of a client, fresh and stale: one look-up.  A record that cannot be read counts as none.
  KnownFacts GetClient(ReadTransaction& snapshot, const rules::IpAddress& client) const;

  // The record that GetClient() reads, to compare; valid as the snapshot is.
  std::optional<std::string_view> GetClientRecord(ReadTransaction& snapshot, const rules::IpAddress& client) const;

  // All that is known of a name.  REQUIRES: rules::IsOfName(question.kind).
  KnownFacts GetName(ReadTransaction& snapshot, const rules::Question& question) const;

  // Merges Facts that DNS answered into the client's record; Facts for other Questions of it stay, those stale beyond
  // `keep_from` go, and with a PTR answer the forward Facts of names that are no longer in it.  Facts for
  // Questions of a name are kept by name.
  Status Put(WriteTransaction& transaction, const rules::IpAddress& client, const KnownFacts& facts,
             rules::TimePoint keep_from) const;

  Result<bool> Forget(WriteTransaction& transaction, const rules::IpAddress& client) const;
  // All that lists said of a name; returns how many answers there were.
  Result<std::uint64_t> ForgetName(WriteTransaction& transaction, std::string_view name) const;

  // One short step of a walk: removes rows whose last Fact ended before `before`, and those that were learnt while the
  // clock was ahead of `now`.
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                      rules::TimePoint before, rules::TimePoint now) const;
  // Pushes out clients: what has ended, then those of the networks that hold most, see PushOut().  Returns how many.
  Result<std::uint64_t> EvictClients(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                                     rules::TimePoint now) const;
  // Removes the `count` names of the step that are nearest their end.
  Result<Swept> EvictNames(WriteTransaction& transaction, std::string& position, std::size_t steps,
                           std::size_t count) const;

  Table clients() const { return clients_; }
  Table names() const { return names_; }

 private:
  class ClientKey;

  Table clients_;
  Table names_;
  std::uint64_t seed_;
};

}  // namespace cache
