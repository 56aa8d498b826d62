#include "cache/stores.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "cache/lmdb/crash_marks.h"
#include "cache/lmdb/durable_file.h"
#include "cache/repair/boot_mark.h"
#include "cache/repair/store_check.h"
#include "cache/store_layout.h"

namespace cache {
namespace {

using OpenError = Stores::OpenError;
using Opened = Stores::Opened;

constexpr std::string_view kSecretKey = "secret";

std::string LockFile(const std::string& directory) {
  return directory + "/lock";
}

OpenError StoreFailure(const Error& error) {
  return {.kind = OpenError::Kind::kStore, .message = error.message};
}

// Damage can lead a reader round in circles, which no signal reports.  A running daemon has checked everything at its
// start, and checking a larger file takes too long for each command.
std::optional<rules::Statement> DamageIn(const StoreSettings& settings, const Environment::Options& options) {
  constexpr off_t kLookedAt = 16 << 20;
  if (StoreLock::Look(LockFile(settings.directory))) return {};
  constexpr std::chrono::milliseconds kPatience{1000};
  struct stat file {};
  if (stat((options.directory + "/data.mdb").c_str(), &file) == 0 && file.st_size > kLookedAt) return {};
  const StoreCheck check = CheckStore(options, kPatience);
  return check.state == StoreCheck::State::kDamaged ? check.why : std::nullopt;
}

std::unique_ptr<Environment> OpenFactsForTool(const StoreSettings& settings) {
  const Environment::Options options = FactOptions(settings, Durability::kSynced);
  if (!AreFactsSound(options.directory, CurrentBootId()) || DamageIn(settings, options)) return nullptr;
  auto opened = Environment::Open(options);
  return opened ? std::move(*opened) : nullptr;
}

std::optional<rules::HashKey> ReadSecret(const Environment& records) {
  ReadTransaction snapshot(records);
  const auto bytes = snapshot.Get(records.table(kMetaTable), kSecretKey);
  return bytes ? DecodeSecret(*bytes) : std::nullopt;
}

rules::HashKey MakeSecret() {
  rules::HashKey secret;
  for (std::size_t done = 0; done < secret.size();) {
    const ssize_t more = getrandom(secret.data() + done, secret.size() - done, 0);
    if (more > 0) done += static_cast<std::size_t>(more);
  }
  return secret;
}

Status WriteSecret(Environment& records, const rules::HashKey& secret) {
  auto transaction = WriteTransaction::Begin(records);
  if (!transaction) return transaction.error();
  const Status put = (*transaction)->Put(records.table(kMetaTable), kSecretKey, EncodeSecret(secret));
  if (!put) return put;
  return (*transaction)->Commit();
}

// May the process use the directory, and the environments that are in it?
std::optional<OpenError> CheckPermission(const std::string& directory) {
  const std::pair<std::string, int> wanted[] = {{"", R_OK | W_OK | X_OK},
                                                {"/facts/data.mdb", R_OK | W_OK},
                                                {"/records/data.mdb", R_OK | W_OK},
                                                {"/lists/data.mdb", R_OK | W_OK}};
  for (const auto& [name, mode] : wanted) {
    const std::string path = directory + name;
    if (faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 || errno == ENOENT) continue;
    return OpenError{.kind = errno == EACCES ? OpenError::Kind::kPermission : OpenError::Kind::kStore,
                     .message = SystemError(path).message};
  }
  return std::nullopt;
}

}  // namespace

Opened Stores::OpenForDaemon(const StoreSettings& settings) {
  // If facts/ cannot be made or locked, it is kept in memory.
  [[maybe_unused]] const Status made = MakeDirectory(settings.directory);
  auto lock = StoreLock::Take(LockFile(settings.directory));
  if (const auto* holder = std::get_if<StoreLock::HeldBy>(&lock)) {
    const std::string pid = holder->pid ? "pid " + std::to_string(*holder->pid) : "a process that left no pid";
    return OpenError{.kind = OpenError::Kind::kAlreadyRunning,
                     .message = "another sekimorid uses " + settings.directory + ": " + pid};
  }
  const auto now = std::chrono::floor<rules::seconds>(std::chrono::system_clock::now());
  auto opened = cache::OpenForDaemon(settings, now);
  if (!opened) return StoreFailure(opened.error());
  auto secret = ReadSecret(*opened->records);
  if (!secret) {
    secret = MakeSecret();
    // The secret is not kept: after a restart the references of today are not found.
    [[maybe_unused]] const Status kept = WriteSecret(*opened->records, *secret);
  }
  auto* taken = std::get_if<std::unique_ptr<StoreLock>>(&lock);
  return std::make_unique<Stores>(Parts{.settings = settings,
                                        .lock = taken ? std::move(*taken) : nullptr,
                                        .has_boot_mark = opened->has_boot_mark,
                                        .facts = std::move(opened->facts),
                                        .records = std::move(opened->records),
                                        .lists = std::move(opened->lists),
                                        .secret = *secret,
                                        .alarms = std::move(opened->alarms)});
}

Opened Stores::OpenForTool(const StoreSettings& settings) {
  if (auto denied = CheckPermission(settings.directory)) return *denied;
  struct stat there {};
  for (const char* environment : {"/records/data.mdb", "/lists/data.mdb"}) {
    if (stat((settings.directory + environment).c_str(), &there) != 0) {
      return StoreFailure({settings.directory + ": there is no store: start sekimorid once"});
    }
  }
  for (const Environment::Options& options : {RecordOptions(settings), ListOptions(settings)}) {
    if (const auto why = DamageIn(settings, options)) {
      const std::string text = rules::InEnglish(*why, AlarmRows());
      return StoreFailure({options.directory + " is damaged (" + text + "): " + kDamageHint});
    }
  }
  auto records = Environment::Open(RecordOptions(settings));
  if (!records) return StoreFailure(records.error());
  auto lists = Environment::Open(ListOptions(settings));
  if (!lists) return StoreFailure(lists.error());
  const auto secret = ReadSecret(**records);
  if (!secret) return StoreFailure({settings.directory + "/records: it has no secret: start sekimorid once"});
  return std::make_unique<Stores>(Parts{.settings = settings,
                                        .lock = nullptr,
                                        .facts = OpenFactsForTool(settings),
                                        .records = std::move(*records),
                                        .lists = std::move(*lists),
                                        .secret = *secret,
                                        .alarms = {}});
}

Stores::Stores(Parts parts)
    : parts_(std::move(parts)),
      facts_(parts_.facts ? std::make_unique<FactStore>(*parts_.facts, parts_.secret) : nullptr),
      triplets_(*parts_.records, parts_.secret, parts_.records->table(kGreylistTable)),
      journal_(*parts_.records, parts_.records->table(kGreylistTable)),
      zones_(*parts_.records),
      lists_(*parts_.lists),
      list_hits_(*parts_.records),
      audit_(*parts_.lists),
      history_(*parts_.records),
      appeals_(parts_.records->table(kAppealsTable)),
      reputations_(parts_.records->table(kReputationTable)),
      watch_log_(parts_.records->table(kWatchTable)),
      outbound_accounts_(parts_.records->table(kAccountsTable)),
      correspondents_(parts_.records->table(kCorrespondentsTable), parts_.secret),
      outbound_entries_(parts_.lists->table(kOutboundEntriesTable), lists_) {}

Stores::~Stores() {
  if (!parts_.lock || !parts_.has_boot_mark || !parts_.facts->Sync()) return;
  // Without the mark facts/ are asked again after the next start of the machine, nothing worse.
  [[maybe_unused]] const Status marked = MarkSound(parts_.settings.directory + "/facts", CurrentBootId());
}

std::vector<Alarm> Stores::Alarms(rules::TimePoint now) const {
  std::vector<Alarm> alarms = ReadAlarms(parts_.settings.directory, now);
  for (const Alarm& alarm : parts_.alarms) {
    const bool is_over = alarm.state == StoreState::kReadOnly && !environment(alarm.store).is_read_only();
    if (!is_over) alarms.push_back(alarm);
  }
  for (const char* name : {"facts", "records", "lists"}) {
    if (environment(name).fault() == Environment::Fault::kNone) continue;
    alarms.push_back({.store = name,
                      .state = StoreState::kFailing,
                      .what = AlarmOf("failing", {{"store", std::string(name)}}),
                      .when = now});
  }
  return alarms;
}

Status Stores::KeepSecret() const {
  return WriteSecret(*parts_.records, parts_.secret);
}

Environment& Stores::environment(std::string_view name) const {
  return name == "facts" ? *parts_.facts : name == "records" ? *parts_.records : *parts_.lists;
}

std::optional<StoreLock::HeldBy> Stores::RunningDaemon(const std::string& directory) {
  return StoreLock::Look(LockFile(directory));
}

Result<bool> BecomeOwnerOf(const std::string& directory) {
  if (geteuid() != 0) return false;
  struct stat owned {};
  if (stat(directory.c_str(), &owned) != 0) {
    if (errno == ENOENT) return true;
    return SystemError(directory);
  }
  if (owned.st_uid == 0) return true;
  if (setgroups(1, &owned.st_gid) != 0 || setgid(owned.st_gid) != 0 || setuid(owned.st_uid) != 0) {
    return SystemError("becoming the owner of " + directory);
  }
  return false;
}

}  // namespace cache
