// The greylist's triplets and the auto-whitelist (records/).
//
// Key of a triplet: hash of the client key, then hash of sender and recipient, so that a network's rows lie together.
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/greylist/greylist_figures.h"
#include "cache/lmdb/lmdb.h"
#include "cache/lmdb/walk.h"
#include "cache/shares/pushed_out.h"
#include "rules/greylist/triplet.h"
#include "rules/values/ip_address.h"
#include "rules/values/siphash.h"

namespace cache {

struct TripletId {
  std::string_view client_key;  // "192.0.2.0/24", "example.net"
  std::string_view sender;      // as NormalizeSender() gives it
  std::string_view recipient;   // lower case
  // Counts for this client's network, under a name as well: see shares.h.
  std::optional<rules::IpAddress> client{};
};

// A row as people see it: texts are cut at kMaxRowText, a confirmed row keeps none.
struct TripletRow {
  std::string client_key, sender, recipient;
  rules::Triplet record;
  std::optional<rules::IpAddress> client{};
};

// Stands for a client key where rows are counted.
using ClientHash = std::uint64_t;

class TripletStore {
 public:
  // `figures`: the table of GreylistFigures.
  TripletStore(Environment& environment, const rules::HashKey& secret, Table figures);

  std::optional<rules::Triplet> Get(ReadTransaction& snapshot, const TripletId& id) const;
  // One that waits, whose row this process pushed out; where Get() finds none.
  std::optional<rules::Triplet> GetPushedOut(const TripletId& id, rules::TimePoint now) const;
  std::optional<rules::AutoWhitelistCount> GetPasses(ReadTransaction& snapshot, std::string_view name) const;

  // Returns by how much the number of waiting rows changed: 1, 0 or -1.
  Result<int> Put(WriteTransaction& transaction, const TripletId& id, const rules::Triplet& record) const;
  Status PutPasses(WriteTransaction& transaction, std::string_view name, const rules::AutoWhitelistCount& count) const;
  Result<bool> Remove(WriteTransaction& transaction, const TripletId& id) const;
  // Removes up to `most` waiting rows of one client key; returns how many.
  Result<std::uint64_t> RemoveWaiting(WriteTransaction& transaction, std::string_view client_key,
                                      std::size_t most) const;

  // Visits the waiting rows until visit returns false: all, or those of one client key.
  using Visit = std::function<bool(const TripletRow&)>;
  void Scan(ReadTransaction& snapshot, const Visit& visit) const;
  void ScanClient(ReadTransaction& snapshot, std::string_view client_key, const Visit& visit) const;
  // Visits names and networks with what they passed.
  void ScanPasses(ReadTransaction& snapshot,
                  const std::function<bool(std::string_view name, const rules::AutoWhitelistCount&)>& visit) const;

  // One short step of the walking sweep: looks at some rows from `position` on and removes those that ended, those that
  // wait since a moment in the future of `now`, and passes under keys of former versions; times in the future of what
  // is confirmed become `now`.  Moves `position`, empty at the end.  `waits` is told the client of each waiting row
  // that stays, row by row as they lie.
  using Swept = cache::Swept;
  struct Ends {
    rules::TimePoint waiting_before, confirmed_before, now;
  };
  Result<Swept> Sweep(WriteTransaction& transaction, std::string& position, const Stride& stride, const Ends& ends,
                      const std::function<void(ClientHash)>& waits) const;
  // Pushes out rows of the networks that hold most, see PushOut(): those that wait, or all, the confirmed ones last.
  // Returns how many.  Those that wait and are not of one network that stands out are remembered by GetPushedOut().
  enum class Among : std::uint8_t { kWaiting, kAll };
  Result<std::uint64_t> Evict(WriteTransaction& transaction, std::string& position, const Eviction& eviction,
                              Among among = Among::kWaiting) const;
  // One step of a walk: removes the `count` passes of those looked at that have earned least, and longest ago.  A flood
  // that comes back has one each.
  Result<Swept> EvictPasses(WriteTransaction& transaction, std::string& position, std::size_t steps,
                            std::size_t count) const;
  // Once nothing waits any more that was seen before.
  void ForgetPushedOut(rules::TimePoint before) const { pushed_out_->ClearIfOlder(before); }

  ClientHash HashOf(std::string_view client_key) const;
  // The part that goes of the rows that wait under one client key.
  struct Portion {
    std::size_t looks = 0;  // rows looked at, confirmed ones among them
    std::uint64_t allowed =
        0;  // nothing goes where no more than so many wait, among all there are; else the older half
  };
  struct Halved {
    std::uint64_t removed = 0, left = 0;  // of those looked at
    bool is_whole = false;                // all rows of the client were looked at
  };
  // `position` is where to begin among the client's rows, moved on and empty at their end.
  Result<Halved> Halve(WriteTransaction& transaction, ClientHash client, std::string& position,
                       const Portion& portion) const;

  Table triplets() const { return triplets_; }
  Table passes() const { return passes_; }
  const GreylistFigures& figures() const { return figures_; }

 private:
  std::string KeyOf(const TripletId& id) const;

  Table triplets_;
  Table passes_;
  GreylistFigures figures_;
  rules::HashKey secret_;
  std::unique_ptr<PushedOut> pushed_out_ = std::make_unique<PushedOut>();
};

// Senders that came back from a client whatever their recipient: what sqlgrey remembers.  They are rows of triplets
// with a recipient that Postfix cannot send.  Each holds for that sender, or all of one domain, from that client alone:
// never for other senders of the client.
inline constexpr std::string_view kAnyRecipient = "\n*";

// Of one client the key is rules::EarnedKey(); this is of a class C network, which sqlgrey knows, too:
// "203.0.113.0/24".
std::string ClassCKey(const rules::IpAddress& client);

// The record that says most of `sender` from `client`, or nothing.  `sender` is as rules::NormalizeSender() gives it.
std::optional<rules::Triplet> FindKnownSender(const TripletStore& triplets, ReadTransaction& snapshot,
                                              const rules::IpAddress& client, std::string_view sender);

}  // namespace cache
