// What logins have sent, and what came of it (records/): kept through restarts, 60 days after the last mail.
//
// The daemon decides by accounts in memory and has each that changed written within a second: no answer waits for the
// disk, and a process that is killed loses a second of counts.  A row takes 100 to 400 bytes.
//
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "rules/outbound/account.h"

namespace cache {

struct OutboundAccountRow {
  std::string name;  // "ann@example.org", "@example.org"
  rules::Account account;

  bool operator==(const OutboundAccountRow&) const = default;
};

class OutboundAccounts {
 public:
  static constexpr std::size_t kLongestName = 254;  // of an address (RFC 5321)

  explicit OutboundAccounts(Table rows) : rows_(rows) {}

  // Nothing where none is known.
  std::optional<rules::Account> Get(ReadTransaction& snapshot, std::string_view name) const;
  // Takes the place of what was there.  A name that is empty or too long is not kept.
  Status Put(WriteTransaction& transaction, const OutboundAccountRow& row) const;
  Status Erase(WriteTransaction& transaction, std::string_view name) const;

  // Visits all in the order of their names until visit returns false.
  void Scan(ReadTransaction& snapshot, const std::function<bool(const OutboundAccountRow&)>& visit) const;

  // One short step of the walking sweep: removes accounts that are over, and brings those to `now` that a clock which
  // was ahead has written.  Moves `position`, empty at the end.
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride,
                      rules::TimePoint now) const;
  // Pushes out `eviction.rows` of `eviction.of_rows`: those that sent on the fewest days, of these those that sent
  // least.  What is locked stays.
  Result<std::uint64_t> Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                              rules::TimePoint now) const;

  Table rows() const { return rows_; }

 private:
  Table rows_;
};

}  // namespace cache
