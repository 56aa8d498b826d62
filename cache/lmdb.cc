#include "cache/lmdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <lmdb.h>

#include "cache/durable_file.h"

namespace cache {
namespace {

constexpr unsigned kMaxReaders = 512;
constexpr std::size_t kRowsPerSnapshot = 1000;
constexpr MDB_dbi kFreeList = 0;  // LMDB's own table: transaction -> pages it gave back

using Visit = std::function<bool(std::string_view, std::string_view)>;

Error Failure(const std::string& subject, int code) {
  return Error{subject + ": " + mdb_strerror(code)};
}

MDB_val ToValue(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view ToView(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

std::optional<std::string_view> GetIn(MDB_txn* txn, Table table, std::string_view key) {
  MDB_val wanted = ToValue(key);
  MDB_val found{};
  if (mdb_get(txn, table.handle, &wanted, &found) != MDB_SUCCESS) return std::nullopt;
  return ToView(found);
}

std::uint64_t CountIn(MDB_txn* txn, Table table) {
  MDB_stat stat{};
  return mdb_stat(txn, table.handle, &stat) == MDB_SUCCESS ? stat.ms_entries : 0;
}

std::uint64_t BytesIn(MDB_txn* txn, Table table) {
  MDB_stat stat{};
  if (mdb_stat(txn, table.handle, &stat) != MDB_SUCCESS) return 0;
  return std::uint64_t{stat.ms_psize} * (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages);
}

void ScanIn(MDB_txn* txn, Table table, std::string_view from, const Visit& visit) {
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(txn, table.handle, &cursor) != MDB_SUCCESS) return;
  MDB_val key = ToValue(from);
  MDB_val value{};
  int code = mdb_cursor_get(cursor, &key, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == MDB_SUCCESS && visit(ToView(key), ToView(value))) {
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
}

std::uint64_t PageSize(MDB_env* env) {
  MDB_stat stat{};
  return mdb_env_stat(env, &stat) == MDB_SUCCESS ? stat.ms_psize : 0;
}

// Calls visit for each number of a free page; a record is a count and as many page numbers.
void VisitFreePages(MDB_env* env, const std::function<void(std::size_t page)>& visit) {
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return;
  ScanIn(txn, Table{kFreeList}, {}, [&](std::string_view, std::string_view pages) {
    for (std::size_t at = sizeof(std::size_t); at + sizeof(std::size_t) <= pages.size(); at += sizeof(std::size_t)) {
      std::size_t page = 0;
      std::memcpy(&page, pages.data() + at, sizeof page);
      visit(page);
    }
    return true;
  });
  mdb_txn_abort(txn);
}

std::uint64_t CountFreePages(MDB_env* env) {
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return 0;
  std::uint64_t count = 0;
  ScanIn(txn, Table{kFreeList}, {}, [&](std::string_view, std::string_view pages) {
    std::size_t in_record = 0;
    if (pages.size() >= sizeof in_record) std::memcpy(&in_record, pages.data(), sizeof in_record);
    count += in_record;
    return true;
  });
  mdb_txn_abort(txn);
  return count;
}

struct Extent {
  std::uint64_t page_size = 0, pages_in_use = 0, pages_held = 0;
  off_t file_size = 0;
};

Result<Extent> MeasureFile(MDB_env* env, int fd) {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  struct stat file {};
  if (fstat(fd, &file) != 0) return Failure("data.mdb", errno);
  const std::uint64_t page_size = PageSize(env);
  if (page_size == 0) return Failure("data.mdb", EINVAL);
  return Extent{.page_size = page_size,
                .pages_in_use = info.me_last_pgno + 1,
                .pages_held = static_cast<std::uint64_t>(file.st_size) / page_size,
                .file_size = file.st_size};
}

// Does the file hold every page in use?  Pages that were taken and given back within one transaction are never written,
// so that a sound file may end early: but then all that is missing is free.
Status CheckLength(MDB_env* env, int fd) {
  if (const Result<Extent> extent = MeasureFile(env, fd); extent && extent->pages_held >= extent->pages_in_use) {
    return rules::Done{};
  }
  MDB_txn* lock = nullptr;  // from here on nobody writes, in no process
  if (const int code = mdb_txn_begin(env, nullptr, 0, &lock)) return Failure("data.mdb", code);
  const std::unique_ptr<MDB_txn, void (*)(MDB_txn*)> unlock(lock, mdb_txn_abort);
  const Result<Extent> extent = MeasureFile(env, fd);
  if (!extent) return extent.error();
  if (extent->pages_held >= extent->pages_in_use) return rules::Done{};

  // The free list itself may be what is missing: pages of zeros read as damaged, pages not there would be a SIGBUS.
  const auto full_size = static_cast<off_t>(extent->pages_in_use * extent->page_size);
  if (ftruncate(fd, full_size) != 0) return Failure("data.mdb", errno);
  std::uint64_t missing = extent->pages_in_use - extent->pages_held;
  VisitFreePages(env, [&](std::size_t page) {
    if (page >= extent->pages_held && page < extent->pages_in_use && missing > 0) --missing;
  });
  if (missing == 0) return rules::Done{};
  // As it was, so that the next start sees it too; the error below says more than a failure here could.
  [[maybe_unused]] const int ignored = ftruncate(fd, extent->file_size);
  return Error{"data.mdb lost its end: expected " + std::to_string(full_size) + " bytes, got " +
               std::to_string(extent->file_size)};
}

bool HasData(const std::string& directory) {
  struct stat file {};
  return stat((directory + "/data.mdb").c_str(), &file) == 0 && file.st_size > 0;
}

Status OpenEnvironment(MDB_env* env, const Environment::Options& options) {
  const auto page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  mdb_env_set_mapsize(env, options.max_size / page_size * page_size);
  mdb_env_set_maxreaders(env, kMaxReaders);
  mdb_env_set_maxdbs(env, static_cast<MDB_dbi>(options.tables.size()));
  const unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (options.durability == Durability::kLazy ? MDB_NOSYNC : 0U);
  if (const int code = mdb_env_open(env, options.directory.c_str(), flags, 0600)) {
    return Failure(options.directory, code);
  }
  int fd = -1;
  mdb_env_get_fd(env, &fd);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return Failure(options.directory, errno);
  if (const Status sound = CheckLength(env, fd); !sound) {
    return Error{options.directory + ": " + sound.error().message};
  }
  return rules::Done{};
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::Open(const Options& options) {
  if (options.create) {
    if (Status made = MakeDirectory(options.directory); !made) return made.error();
  } else if (!HasData(options.directory)) {
    return Error{options.directory + ": expected a store, found none"};
  }
  MDB_env* env = nullptr;
  if (const int code = mdb_env_create(&env)) return Failure(options.directory, code);
  auto environment = std::make_unique<Environment>(env);
  if (Status opened = OpenEnvironment(env, options); !opened) return opened.error();
  if (Status opened = environment->OpenTables(options); !opened) return opened.error();
  if (options.create) {
    if (Status synced = SyncPath(options.directory); !synced) return synced.error();
  }
  return environment;
}

Status Environment::OpenTables(const Options& options) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, options.create ? 0 : MDB_RDONLY, &txn)) {
    return Failure(options.directory, code);
  }
  for (const std::string& name : options.tables) {
    MDB_dbi handle = 0;
    if (const int code = mdb_dbi_open(txn, name.c_str(), options.create ? MDB_CREATE : 0, &handle)) {
      mdb_txn_abort(txn);
      return Failure(options.directory + ": table " + name, code);
    }
    tables_.push_back({handle});
  }
  if (const int code = mdb_txn_commit(txn)) return Failure(options.directory, code);
  return rules::Done{};
}

Environment::~Environment() {
  mdb_env_close(env_);
}

Environment::Usage Environment::usage() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  const std::uint64_t page_size = PageSize(env_);
  // A page freed after the first reading may be counted twice: never let the difference run below zero.
  const std::uint64_t free_pages = std::min<std::uint64_t>(CountFreePages(env_), info.me_last_pgno + 1);
  return {.used_bytes = (info.me_last_pgno + 1) * page_size,
          .free_bytes = free_pages * page_size,
          .max_bytes = info.me_mapsize};
}

bool Environment::IsAbove(unsigned percent) const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  const std::uint64_t limit = info.me_mapsize / 100 * percent;
  if ((info.me_last_pgno + 1) * PageSize(env_) <= limit) return false;
  const Usage now = usage();
  return now.used_bytes - now.free_bytes > limit;
}

Status Environment::Sync() {
  if (const int code = mdb_env_sync(env_, 1)) return Failure("sync", code);
  return rules::Done{};
}

int Environment::ClearDeadReaders() {
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return dead;
}

Status Environment::CopyTo(const std::string& directory) const {
  if (Status made = MakeDirectory(directory); !made) return made;
  if (HasData(directory)) return Error{directory + ": expected an empty directory, found a store"};
  if (const int code = mdb_env_copy(env_, directory.c_str())) return Failure(directory, code);
  const std::string file = directory + "/data.mdb";
  if (chmod(file.c_str(), 0600) != 0) return Failure(file, errno);
  if (Status synced = SyncPath(file); !synced) return synced;
  return SyncPath(directory);
}

ReadTransaction::ReadTransaction(const Environment& environment) : environment_(environment) {}

ReadTransaction::~ReadTransaction() {
  if (txn_) mdb_txn_abort(txn_);
}

void ReadTransaction::Reset() {
  if (is_live_) mdb_txn_reset(txn_);
  is_live_ = false;
}

bool ReadTransaction::Renew() {
  if (is_live_) return true;
  const int code = txn_ ? mdb_txn_renew(txn_) : mdb_txn_begin(environment_.raw(), nullptr, MDB_RDONLY, &txn_);
  is_live_ = code == MDB_SUCCESS;
  return is_live_;
}

std::optional<std::string_view> ReadTransaction::Get(Table table, std::string_view key) {
  if (!Renew()) return std::nullopt;
  return GetIn(txn_, table, key);
}

std::uint64_t ReadTransaction::Count(Table table) {
  return Renew() ? CountIn(txn_, table) : 0;
}

std::uint64_t ReadTransaction::Bytes(Table table) {
  return Renew() ? BytesIn(txn_, table) : 0;
}

std::uint64_t ReadTransaction::number() {
  return Renew() ? mdb_txn_id(txn_) : 0;
}

void ReadTransaction::Scan(Table table, std::string_view from, const Visit& visit) {
  if (Renew()) ScanIn(txn_, table, from, visit);
}

void ReadTransaction::Walk(Table table, std::string_view from, const Visit& visit) {
  std::string next(from);
  for (;;) {
    std::vector<std::pair<std::string, std::string>> rows;
    Scan(table, next, [&](std::string_view key, std::string_view value) {
      rows.emplace_back(key, value);
      return rows.size() < kRowsPerSnapshot;
    });
    Reset();
    for (const auto& [key, value] : rows) {
      if (!visit(key, value)) return;
    }
    if (rows.size() < kRowsPerSnapshot) return;
    next = rows.back().first + '\0';  // the least key behind the last one
  }
}

Result<std::unique_ptr<WriteTransaction>> WriteTransaction::Begin(Environment& environment) {
  sigset_t held_back;
  sigset_t before;
  sigemptyset(&held_back);
  for (const int number : {SIGINT, SIGTERM, SIGTSTP}) sigaddset(&held_back, number);
  pthread_sigmask(SIG_BLOCK, &held_back, &before);
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(environment.raw(), nullptr, 0, &txn)) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return Failure("begin", code);
  }
  return std::make_unique<WriteTransaction>(txn, before);
}

WriteTransaction::~WriteTransaction() {
  if (txn_) mdb_txn_abort(txn_);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

std::optional<std::string_view> WriteTransaction::Get(Table table, std::string_view key) {
  return GetIn(txn_, table, key);
}

Status WriteTransaction::Put(Table table, std::string_view key, std::string_view value) {
  MDB_val at = ToValue(key);
  MDB_val bytes = ToValue(value);
  if (const int code = mdb_put(txn_, table.handle, &at, &bytes, 0)) return Failure("put", code);
  return rules::Done{};
}

Result<bool> WriteTransaction::Delete(Table table, std::string_view key) {
  MDB_val at = ToValue(key);
  const int code = mdb_del(txn_, table.handle, &at, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (code != MDB_SUCCESS) return Failure("delete", code);
  return true;
}

std::uint64_t WriteTransaction::Count(Table table) {
  return CountIn(txn_, table);
}

void WriteTransaction::Scan(Table table, std::string_view from, const Visit& visit) {
  ScanIn(txn_, table, from, visit);
}

Status WriteTransaction::Commit() {
  const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
  if (code != MDB_SUCCESS) return Failure("commit", code);
  return rules::Done{};
}

}  // namespace cache
