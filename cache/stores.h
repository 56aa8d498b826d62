// Opens the three environments under store.directory, for the daemon or for the tool, and gives access to their tables.
//
//   facts/    what DNS said.  Disposable: written without fsync, started anew after a crash of the machine
//   records/  triplets, auto-whitelist, journal, states of DNS lists, history, appeals,
//             reputations, what was wrong with ourselves, what logins sent and to whom, the secret.  Synced
//   lists/    whitelist, blocklist, what people said of logins that send, audit.  Synced; written by the tool
//
// The daemon holds `lock` for its life: a second start gets kAlreadyRunning with the pid.  The tool opens the same
// files whether the daemon runs or not; what it writes to facts/ it syncs (see boot_mark.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cache/appeals/appeals.h"
#include "cache/facts/fact_store.h"
#include "cache/greylist/triplet_store.h"
#include "cache/history/history.h"
#include "cache/journal/journal.h"
#include "cache/lists/audit.h"
#include "cache/lists/list_hits.h"
#include "cache/lists/list_store.h"
#include "cache/lmdb/lmdb.h"
#include "cache/outbound/accounts.h"
#include "cache/outbound/correspondents.h"
#include "cache/outbound/outbound_entries.h"
#include "cache/repair/alarms.h"
#include "cache/reputation/reputations.h"
#include "cache/store_layout.h"
#include "cache/store_lock.h"
#include "cache/watch/watch_log.h"
#include "cache/zone_states.h"

namespace cache {

// Rows that the tool changes in one transaction: the daemon's writer waits for its end.
inline constexpr std::size_t kRowsPerStep = 1000;

class Stores {
 public:
  struct OpenError {
    enum class Kind : std::uint8_t { kAlreadyRunning, kStore, kPermission } kind = Kind::kStore;
    std::string message;
  };
  using Opened = std::variant<std::unique_ptr<Stores>, OpenError>;

  // The parts of an open store.
  struct Parts {
    StoreSettings settings{};
    std::unique_ptr<StoreLock> lock;     // held by the daemon
    bool has_boot_mark = false;          // to be marked as sound at the end
    std::unique_ptr<Environment> facts;  // null for a tool that finds none to be trusted
    std::unique_ptr<Environment> records, lists;
    rules::HashKey secret{};
    std::vector<Alarm> alarms{};  // those that do not stand on the disk
  };

  // Creates what is missing and takes the lock.  Damage, a full disk and missing rights do not keep it from opening:
  // Alarms() tells (store_layout.h).
  static Opened OpenForDaemon(const StoreSettings& settings);
  // Creates nothing: "start sekimorid once" where there is no store.  Without usable facts/ (the machine crashed)
  // facts() is null.
  static Opened OpenForTool(const StoreSettings& settings);

  explicit Stores(Parts parts);  // OpenFor...() are the ways to get one
  // Marks facts/ as sound where the daemon had opened it.
  ~Stores();
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  Environment* facts_environment() const { return parts_.facts.get(); }
  Environment& records_environment() const { return *parts_.records; }
  Environment& lists_environment() const { return *parts_.lists; }
  const FactStore* facts() const { return facts_.get(); }
  const TripletStore& triplets() const { return triplets_; }
  const Journal& journal() const { return journal_; }
  const ZoneStates& zones() const { return zones_; }
  const ListStore& lists() const { return lists_; }
  const ListHits& list_hits() const { return list_hits_; }
  const Audit& audit() const { return audit_; }
  const History& history() const { return history_; }
  const Appeals& appeals() const { return appeals_; }
  const Reputations& reputations() const { return reputations_; }
  const WatchLog& watch_log() const { return watch_log_; }
  const OutboundAccounts& outbound_accounts() const { return outbound_accounts_; }
  const Correspondents& correspondents() const { return correspondents_; }
  const OutboundEntries& outbound_entries() const { return outbound_entries_; }
  const StoreSettings& settings() const { return parts_.settings; }
  // Faults of a store that was opened for the daemon.
  std::vector<Alarm> Alarms(rules::TimePoint now) const;
  // Where records/ began anew: references given stay what they are.
  Status KeepSecret() const;
  // By its folder's name.  REQUIRES: facts() is not null.
  Environment& environment(std::string_view name) const;
  const rules::HashKey& secret() const { return parts_.secret; }

  // The daemon that holds the store's lock, if one runs.
  static std::optional<StoreLock::HeldBy> RunningDaemon(const std::string& directory);

 private:
  Parts parts_;
  std::unique_ptr<FactStore> facts_;
  TripletStore triplets_;
  Journal journal_;
  ZoneStates zones_;
  ListStore lists_;
  ListHits list_hits_;
  Audit audit_;
  History history_;
  Appeals appeals_;
  Reputations reputations_;
  WatchLog watch_log_;
  OutboundAccounts outbound_accounts_;
  Correspondents correspondents_;
  OutboundEntries outbound_entries_;
};

// If the process runs as root, becomes the owner of `directory` (groups dropped too).  Returns whether that owner is
// root itself, or there is no directory yet: then the process stays root, which is worth a warning.
Result<bool> BecomeOwnerOf(const std::string& directory);

}  // namespace cache
