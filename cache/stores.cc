#include "cache/stores.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "cache/boot_mark.h"
#include "cache/durable_file.h"
#include "cache/entry.h"

namespace cache {
namespace {

using OpenError = Stores::OpenError;
using Opened = Stores::Opened;

// The number behind the dot is the version of the form of keys; records say theirs themselves.
const std::vector<std::string> kFactTables = {"clients.1", "names.1"};
const std::vector<std::string> kRecordTables = {"triplets.1", "passes.1",   "journal.1",  "meta.1",
                                                "sites.1",    "greylist.1", "list_hits.1"};
const std::vector<std::string> kListTables = {"entries.1", "shape.1", "audit.1"};
constexpr std::size_t kMetaTable = 3;
constexpr std::size_t kGreylistTable = 5;

// What people type in never comes near it, and it must not depend on a setting.
constexpr std::uint64_t kMaxListsSize = std::uint64_t{1} << 30;

constexpr std::string_view kSecretKey = "secret";

OpenError StoreFailure(const Error& error) {
  return {.kind = OpenError::Kind::kStore, .message = error.message};
}

std::string LockFile(const std::string& directory) {
  return directory + "/lock";
}

Result<std::unique_ptr<Environment>> OpenRecords(const StoreSettings& settings, bool create) {
  return Environment::Open({.directory = settings.directory + "/records",
                            .max_size = settings.max_size,
                            .durability = Durability::kSynced,
                            .create = create,
                            .tables = kRecordTables});
}

Result<std::unique_ptr<Environment>> OpenLists(const StoreSettings& settings, bool create) {
  return Environment::Open({.directory = settings.directory + "/lists",
                            .max_size = kMaxListsSize,
                            .durability = Durability::kSynced,
                            .create = create,
                            .tables = kListTables});
}

Environment::Options FactOptions(const StoreSettings& settings, bool is_daemon) {
  return {.directory = settings.directory + "/facts",
          .max_size = settings.max_size,
          .durability = is_daemon ? Durability::kLazy : Durability::kSynced,
          .create = is_daemon,
          .tables = kFactTables};
}

// Under the lock of the store.  What cannot be trusted, or cannot be opened, makes way: facts/ can be asked again.
Result<std::unique_ptr<Environment>> OpenFactsForDaemon(const StoreSettings& settings) {
  const Environment::Options options = FactOptions(settings, true);
  const std::string boot_id = CurrentBootId();
  if (const Status made = MakeDirectory(options.directory); !made) return made.error();
  if (!AreFactsSound(options.directory, boot_id)) {
    if (const Status anew = StartAnew(options.directory); !anew) return anew.error();
  }
  if (const Status marked = MarkInUse(options.directory, boot_id); !marked) return marked.error();
  if (auto opened = Environment::Open(options)) return opened;
  if (const Status anew = StartAnew(options.directory); !anew) return anew.error();
  if (const Status marked = MarkInUse(options.directory, boot_id); !marked) return marked.error();
  return Environment::Open(options);
}

std::unique_ptr<Environment> OpenFactsForTool(const StoreSettings& settings) {
  const Environment::Options options = FactOptions(settings, false);
  if (!AreFactsSound(options.directory, CurrentBootId())) return nullptr;
  auto opened = Environment::Open(options);
  return opened ? std::move(*opened) : nullptr;
}

std::optional<rules::HashKey> ReadSecret(const Environment& records) {
  ReadTransaction snapshot(records);
  const auto bytes = snapshot.Get(records.table(kMetaTable), kSecretKey);
  return bytes ? DecodeSecret(*bytes) : std::nullopt;
}

Result<rules::HashKey> MakeSecret(Environment& records) {
  rules::HashKey secret;
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    return SystemError("getrandom");
  }
  auto transaction = WriteTransaction::Begin(records);
  if (!transaction) return transaction.error();
  const Status put = (*transaction)->Put(records.table(kMetaTable), kSecretKey, EncodeSecret(secret));
  if (!put) return put.error();
  if (const Status committed = (*transaction)->Commit(); !committed) return committed.error();
  return secret;
}

// The process may use the directory, and the environments in it where they are there.
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

std::variant<std::unique_ptr<StoreLock>, OpenError> TakeLock(const std::string& directory) {
  auto taken = StoreLock::Take(LockFile(directory));
  if (auto* lock = std::get_if<std::unique_ptr<StoreLock>>(&taken)) return std::move(*lock);
  if (const auto* holder = std::get_if<StoreLock::HeldBy>(&taken)) {
    const std::string pid = holder->pid ? "pid " + std::to_string(*holder->pid) : "a process that left no pid";
    return OpenError{.kind = OpenError::Kind::kAlreadyRunning,
                     .message = "another sekimorid uses " + directory + ": " + pid};
  }
  return StoreFailure(std::get<Error>(taken));
}

}  // namespace

Opened Stores::OpenForDaemon(const StoreSettings& settings) {
  if (const Status made = MakeDirectory(settings.directory); !made) return StoreFailure(made.error());
  if (auto denied = CheckPermission(settings.directory)) return *denied;
  auto lock = TakeLock(settings.directory);
  if (auto* error = std::get_if<OpenError>(&lock)) return *error;

  auto records = OpenRecords(settings, true);
  if (!records) return StoreFailure(records.error());
  auto lists = OpenLists(settings, true);
  if (!lists) return StoreFailure(lists.error());
  auto facts = OpenFactsForDaemon(settings);
  if (!facts) return StoreFailure(facts.error());
  auto secret = ReadSecret(**records);
  if (!secret) {
    const Result<rules::HashKey> made = MakeSecret(**records);
    if (!made) return StoreFailure(made.error());
    secret = *made;
  }
  return std::make_unique<Stores>(Parts{.lock = std::move(std::get<0>(lock)),
                                        .facts_directory = settings.directory + "/facts",
                                        .facts = std::move(*facts),
                                        .records = std::move(*records),
                                        .lists = std::move(*lists),
                                        .secret = *secret});
}

Opened Stores::OpenForTool(const StoreSettings& settings) {
  if (auto denied = CheckPermission(settings.directory)) return *denied;
  struct stat there {};
  for (const char* environment : {"/records/data.mdb", "/lists/data.mdb"}) {
    if (stat((settings.directory + environment).c_str(), &there) != 0) {
      return StoreFailure({settings.directory + ": there is no store: start sekimorid once"});
    }
  }
  auto records = OpenRecords(settings, false);
  if (!records) return StoreFailure(records.error());
  auto lists = OpenLists(settings, false);
  if (!lists) return StoreFailure(lists.error());
  const auto secret = ReadSecret(**records);
  if (!secret) return StoreFailure({settings.directory + "/records: it has no secret: start sekimorid once"});
  return std::make_unique<Stores>(Parts{.lock = nullptr,
                                        .facts_directory = settings.directory + "/facts",
                                        .facts = OpenFactsForTool(settings),
                                        .records = std::move(*records),
                                        .lists = std::move(*lists),
                                        .secret = *secret});
}

Stores::Stores(Parts parts)
    : parts_(std::move(parts)),
      facts_(parts_.facts ? std::make_unique<FactStore>(*parts_.facts) : nullptr),
      triplets_(*parts_.records, parts_.secret, parts_.records->table(kGreylistTable)),
      journal_(*parts_.records),
      sites_(*parts_.records),
      lists_(*parts_.lists),
      list_hits_(*parts_.records),
      audit_(*parts_.lists) {}

Stores::~Stores() {
  if (!parts_.lock || !parts_.facts || !parts_.facts->Sync()) return;
  // Without the mark facts/ are asked again after the next start of the machine, nothing worse.
  [[maybe_unused]] const Status marked = MarkClean(parts_.facts_directory, CurrentBootId());
}

std::optional<int> Stores::RunningDaemon(const std::string& directory) {
  const auto holder = StoreLock::Look(LockFile(directory));
  if (!holder) return std::nullopt;
  return holder->pid.value_or(0);
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
