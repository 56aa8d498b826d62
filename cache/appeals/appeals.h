// Appeals: what senders who were turned away ask, to be let in (records/).
//
// One appeal a reference, whatever became of it: one that was refused is not asked again.  An appeal ends with the row
// of the journal that it is about.  Who asks is a stranger: one network has a few appeals a day, all together have a
// few hundred that wait, and where these are full those of the networks that hold most make way (cache/shares).
//
// Const methods may be called from any thread, each with its own snapshot; nothing here reads a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/lmdb/lmdb.h"
#include "rules/reference.h"
#include "rules/values/ip_address.h"
#include "rules/values/time.h"

namespace cache {

enum class AppealState : std::uint8_t { kWaiting, kAllowed, kRefused };

// "waiting", "allowed", "refused"
const char* Name(AppealState state);

struct AppealRow {
  rules::Reference reference{};
  rules::TimePoint asked{};
  rules::TimePoint turned_away{};      // first: when the row of the journal began
  rules::IpAddress client{};           // that was turned away
  std::optional<std::string> asker{};  // the network that asked, where it is known
  std::string text{};
  AppealState state = AppealState::kWaiting;
  std::optional<rules::TimePoint> decided{};
  std::string by{};      // who decided
  std::string target{};  // of the whitelist's entry that lets it in, where it was allowed: it holds no longer than that

  bool operator==(const AppealRow&) const = default;
};

struct AppealLimits {
  std::size_t waiting = 500;
  std::size_t of_network = 20;  // a day
};

class Appeals {
 public:
  explicit Appeals(Table rows) : rows_(rows) {}

  // The oldest first.
  std::vector<AppealRow> All(ReadTransaction& snapshot) const;
  std::optional<AppealRow> Find(ReadTransaction& snapshot, const rules::Reference& reference) const;
  // As it stands now, with nobody writing beside us.
  std::optional<AppealRow> Find(WriteTransaction& transaction, const rules::Reference& reference) const;

  enum class Place : std::uint8_t { kFree, kAskedBefore, kNetworkHasAsked, kFull };
  // Is there a place for it?
  Place PlaceFor(ReadTransaction& snapshot, const AppealRow& row, const AppealLimits& limits) const;
  // Adds the row if there is a place for it; where all are taken by networks that hold more, one of theirs goes.
  Status Add(WriteTransaction& transaction, const AppealRow& row, const AppealLimits& limits) const;
  // As it stands, for what people decide.
  Status Put(WriteTransaction& transaction, const AppealRow& row) const;
  // Drops those of mails that were turned away first at `before` or earlier, and what cannot be read, at most `most`;
  // returns how many.
  Result<std::uint64_t> Drop(WriteTransaction& transaction, rules::TimePoint before, std::size_t most) const;

 private:
  Table rows_;
};

// The record without the reference, which is the key.
std::string EncodeAppeal(const AppealRow& row);
std::optional<AppealRow> DecodeAppeal(std::string_view bytes);

}  // namespace cache
