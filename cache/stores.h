// The three environments under store.directory, and who may open them.
//
//   facts/    disposable; lazy.  facts/boot holds boot id and a clean mark: after a crash of the machine facts/ starts
//   anew records/  triplets, auto-whitelist, journal, the secret; synced lists/    whitelist, blocklist, audit; synced;
//   written by the tool
//
// The daemon holds `lock` for its life: a second start gets kAlreadyRunning with the pid.  The tool opens the same
// files whether the daemon runs or not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cache/audit.h"
#include "cache/fact_store.h"
#include "cache/journal.h"
#include "cache/list_store.h"
#include "cache/lmdb.h"
#include "cache/triplet_store.h"

namespace cache {

struct StoreSettings {
  std::string directory = "/var/lib/sekimori";
  std::uint64_t max_size = std::uint64_t{4} << 30;  // bounds facts/ and records/ each

  bool operator==(const StoreSettings&) const = default;
};

class Stores {
 public:
  struct OpenError {
    enum class Kind : std::uint8_t { kAlreadyRunning, kStore, kPermission } kind = Kind::kStore;
    std::string message;
  };
  using Opened = std::variant<std::unique_ptr<Stores>, OpenError>;

  // Creates what is missing and takes the lock.  REQUIRES: the process runs as the directory's owner.
  static Opened OpenForDaemon(const StoreSettings& settings);
  // Creates nothing: "start sekimorid once" where there is no store.  Without usable facts/ (the machine crashed)
  // facts() is null.
  static Opened OpenForTool(const StoreSettings& settings);

  // Marks facts/ as clean where the daemon had opened it.
  ~Stores();
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  Environment* facts_environment() const { return facts_environment_.get(); }
  Environment& records_environment() const { return *records_environment_; }
  Environment& lists_environment() const { return *lists_environment_; }
  const FactStore* facts() const { return facts_.get(); }
  const TripletStore& triplets() const { return *triplets_; }
  const Journal& journal() const { return *journal_; }
  const ListStore& lists() const { return *lists_; }
  const Audit& audit() const { return *audit_; }
  const rules::HashKey& secret() const { return secret_; }

  // The pid in the lock file where a daemon holds it.
  static std::optional<int> RunningDaemon(const std::string& directory);

 private:
  Stores() = default;

  int lock_fd_ = -1;
  std::string facts_directory_;
  std::unique_ptr<Environment> facts_environment_, records_environment_, lists_environment_;
  std::unique_ptr<FactStore> facts_;
  std::unique_ptr<TripletStore> triplets_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<ListStore> lists_;
  std::unique_ptr<Audit> audit_;
  rules::HashKey secret_{};
};

// If the process runs as root, becomes the owner of `directory` (groups dropped too).  Returns whether that owner is
// root itself: worth a warning.
Result<bool> BecomeOwnerOf(const std::string& directory);

}  // namespace cache
