#include "cache/lmdb/lmdb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <lmdb.h>

#include "cache/lmdb/crash_marks.h"
#include "cache/lmdb/durable_file.h"
#include "cache/lmdb/lmdb_file.h"

namespace cache {
namespace {

constexpr std::size_t kRowsPerSnapshot = 1000;
constexpr int kUnreadable = 1;  // a record, not a page: no code of LMDB's or of the system's has this meaning
constexpr std::uint64_t kMostInMemory = std::uint64_t{64} << 20;

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

int GetIn(MDB_txn* txn, Table table, std::string_view key, MDB_val& found) {
  MDB_val wanted = ToValue(key);
  return mdb_get(txn, table.handle, &wanted, &found);
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

int ScanIn(MDB_txn* txn, Table table, std::string_view from, const Visit& visit) {
  MDB_cursor* cursor = nullptr;
  if (const int code = mdb_cursor_open(txn, table.handle, &cursor)) return code;
  MDB_val key = ToValue(from);
  MDB_val value{};
  int code = mdb_cursor_get(cursor, &key, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == MDB_SUCCESS && visit(ToView(key), ToView(value))) {
    code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  return code;
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::Open(const Options& options) {
  if (options.create) {
    if (Status made = MakeDirectory(options.directory); !made) return made.error();
  } else if (!HasData(options.directory)) {
    return Error{options.directory + ": expected a store, found none"};
  }
  auto environment = std::make_unique<Environment>(options);
  if (Status opened = environment->OpenHandle(options); !opened) return opened.error();
  if (options.create) {
    if (Status synced = SyncPath(options.directory); !synced) return synced.error();
  }
  return environment;
}

Result<std::unique_ptr<Environment>> Environment::OpenInMemory(Options options) {
  const auto folder = MakeFolderInMemory();
  if (!folder) return SystemError("/dev/shm");
  options.directory = *folder;
  options.max_size = std::min(options.max_size, kMostInMemory);
  options.durability = Durability::kLazy;
  options.create = true;
  options.is_read_only = false;
  options.is_in_memory = true;
  auto opened = Open(options);
  for (const char* file : {"/data.mdb", "/lock.mdb"}) unlink((*folder + file).c_str());
  rmdir(folder->c_str());
  return opened;
}

Status Environment::OpenHandle(const Options& options) {
  MDB_env* raw = nullptr;
  if (const int code = mdb_env_create(&raw)) return Failure(options.directory, code);
  Handle env(raw, [](MDB_env* closed) {
    Forget(closed);
    mdb_env_close(closed);
  });
  Watch(raw, options.directory);
  if (const auto failure = OpenFile(raw, options)) return Error{failure->message};
  NoteMap(raw);
  if (Status opened = OpenTables(raw, options); !opened) return opened.error();
  is_read_only_ = options.is_read_only;
  fault_ = Fault::kNone;
  const auto open = open_.Lock();
  *open = std::move(env);
  opening_.fetch_add(1, std::memory_order_release);
  return rules::Done{};
}

// Tables that are there are opened without the lock of writers: one that hangs must not keep us from starting.
Status Environment::OpenTables(MDB_env* env, const Options& options) {
  std::vector<Table> tables;
  int code = FindTables(env, options.tables, 0, tables);
  // The tool, too, adds tables that an older daemon did not know, so that it works before the new daemon has started.
  if (code == MDB_NOTFOUND && !options.is_read_only) code = FindTables(env, options.tables, MDB_CREATE, tables);
  if (code != MDB_SUCCESS) return Failure(options.directory + ": tables", code);
  // When an environment is opened again, its tables get the same numbers, of which others hold copies: LMDB counts up.
  if (tables_.empty()) tables_ = std::move(tables);
  return rules::Done{};
}

Status Environment::Reopen(std::chrono::milliseconds patience, const std::function<Status()>& between) {
  Handle env;
  {
    const auto open = open_.Lock();
    env = std::exchange(*open, nullptr);
    opening_.fetch_add(1, std::memory_order_release);
  }
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (env && env.use_count() > 1) {
    if (std::chrono::steady_clock::now() > give_up) {
      const auto open = open_.Lock();
      *open = std::move(env);
      opening_.fetch_add(1, std::memory_order_release);
      return Error{options_.directory + ": somebody holds a snapshot"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  env.reset();
  fault_ = Fault::kClosed;
  if (between) {
    if (Status done = between(); !done) return done;
  }
  Options wanted = options_;
  wanted.create = true;
  wanted.is_read_only = false;
  Status made = MakeDirectory(wanted.directory);
  if (made) made = OpenHandle(wanted);
  if (made) return SyncPath(wanted.directory);
  wanted.create = false;
  wanted.is_read_only = true;
  if (!OpenHandle(wanted)) return made;
  return Error{made.error().message + "; it can be read"};
}

Environment::Handle Environment::handle() const {
  return *open_.Lock();
}

void Environment::Note(int code) const {
  if (code == MDB_SUCCESS || code == MDB_NOTFOUND) return;
  if (code == MDB_PANIC) fault_ = Fault::kPanic;
  if (IsDamage(code)) fault_ = Fault::kDamage;
}

Table Environment::table(std::string_view name) const {
  const auto found = std::find(options_.tables.begin(), options_.tables.end(), name);
  assert(found != options_.tables.end() && "a table is named in the options");
  return tables_[static_cast<std::size_t>(found - options_.tables.begin())];
}

Environment::Usage Environment::usage() const {
  const Handle env = handle();
  if (!env) return {.used_bytes = 0, .free_bytes = 0, .max_bytes = options_.max_size};
  MDB_envinfo info{};
  mdb_env_info(env.get(), &info);
  const std::uint64_t page_size = PageSize(env.get());
  // A page that was freed after the first reading may be counted twice: the difference must not wrap below zero.
  const std::uint64_t free_pages = std::min<std::uint64_t>(CountFreePages(env.get()), info.me_last_pgno + 1);
  return {.used_bytes = (info.me_last_pgno + 1) * page_size,
          .free_bytes = free_pages * page_size,
          .max_bytes = info.me_mapsize};
}

bool Environment::IsAbove(unsigned percent) const {
  const Handle env = handle();
  if (!env) return false;
  MDB_envinfo info{};
  mdb_env_info(env.get(), &info);
  const std::uint64_t limit = info.me_mapsize / 100 * percent;
  if ((info.me_last_pgno + 1) * PageSize(env.get()) <= limit) return false;
  const Usage now = usage();
  return now.used_bytes - now.free_bytes > limit;
}

Status Environment::Sync() {
  const Handle env = handle();
  if (const int code = env ? mdb_env_sync(env.get(), 1) : EIO) return Failure("sync", code);
  return rules::Done{};
}

int Environment::ClearDeadReaders() {
  int dead = 0;
  if (const Handle env = handle()) mdb_reader_check(env.get(), &dead);
  return dead;
}

Environment::OldestReader Environment::oldest_reader() const {
  const Handle env = handle();
  return env ? FindOldestReader(env.get()) : OldestReader{};
}

Status Environment::CopyTo(const std::string& directory) const {
  const Handle env = handle();
  if (!env) return Failure(options_.directory, EIO);
  if (Status made = MakeDirectory(directory); !made) return made;
  if (HasData(directory)) return Error{directory + ": expected an empty directory, found a store"};
  const std::string file = directory + "/data.mdb";
  const int fd = OpenOwnFile(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return Failure(file, errno);
  const int code = mdb_env_copyfd(env.get(), fd);
  close(fd);
  if (code != MDB_SUCCESS) return Failure(file, code);
  if (Status synced = SyncPath(file); !synced) return synced;
  return SyncPath(directory);
}

ReadTransaction::ReadTransaction(const Environment& environment) : environment_(environment) {}

ReadTransaction::~ReadTransaction() {
  LetGo();
}

void ReadTransaction::LetGo() {
  if (txn_) mdb_txn_abort(txn_);
  txn_ = nullptr;
  is_live_ = false;
  env_.reset();
}

void ReadTransaction::Reset() {
  if (is_live_) mdb_txn_reset(txn_);
  is_live_ = false;
  if (env_ && opening_ != environment_.opening()) LetGo();
}

bool ReadTransaction::Renew() {
  if (is_live_) return true;
  if (opening_ != environment_.opening()) LetGo();
  const int code = txn_ ? mdb_txn_renew(txn_) : Begin();
  is_live_ = code == MDB_SUCCESS;
  return Note(code);
}

int ReadTransaction::Begin() {
  opening_ = environment_.opening();
  env_ = environment_.handle();
  if (!env_) return EIO;
  int code = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn_);
  if (code == MDB_READERS_FULL) {
    int dead = 0;
    mdb_reader_check(env_.get(), &dead);  // processes that were killed
    code = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn_);
  }
  if (code != MDB_SUCCESS) env_.reset();
  return code;
}

bool ReadTransaction::Note(int code) {
  if (code == MDB_SUCCESS || code == MDB_NOTFOUND) return true;
  error_ = code;
  environment_.Note(code);
  return false;
}

std::optional<std::string> ReadTransaction::TakeError() {
  const int code = std::exchange(error_, 0);
  if (code == 0) return std::nullopt;
  return code == kUnreadable ? "a record that cannot be read" : mdb_strerror(code);
}

void ReadTransaction::NoteUnreadable() {
  error_ = kUnreadable;
}

std::optional<std::string_view> ReadTransaction::Get(Table table, std::string_view key) {
  if (!Renew()) return std::nullopt;
  MDB_val found{};
  const int code = GetIn(txn_, table, key, found);
  if (!Note(code) || code == MDB_NOTFOUND) return std::nullopt;
  return ToView(found);
}

std::uint64_t ReadTransaction::Count(Table table) {
  return Renew() ? CountIn(txn_, table) : 0;
}

std::uint64_t ReadTransaction::Bytes(Table table) {
  return Renew() ? BytesIn(txn_, table) : 0;
}

std::uint64_t ReadTransaction::number() {
  // An environment that was opened again may count from the start.
  constexpr unsigned kOpeningAt = 48;
  return Renew() ? mdb_txn_id(txn_) ^ (opening_ << kOpeningAt) : 0;
}

void ReadTransaction::Scan(Table table, std::string_view from, const Visit& visit) {
  if (Renew()) Note(ScanIn(txn_, table, from, visit));
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
  auto env = environment.handle();
  if (const int code = env ? mdb_txn_begin(env.get(), nullptr, 0, &txn) : EIO) {
    environment.Note(code);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return Failure("begin", code);
  }
  return std::make_unique<WriteTransaction>(environment, std::move(env), txn, before);
}

WriteTransaction::~WriteTransaction() {
  if (txn_) mdb_txn_abort(txn_);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

std::optional<std::string_view> WriteTransaction::Get(Table table, std::string_view key) {
  MDB_val found{};
  const int code = GetIn(txn_, table, key, found);
  environment_.Note(code);
  if (code != MDB_SUCCESS) return std::nullopt;
  return ToView(found);
}

Status WriteTransaction::Done(const char* what, int code) {
  if (code == MDB_SUCCESS) return rules::Done{};
  environment_.Note(code);
  return Failure(what, code);
}

Status WriteTransaction::Put(Table table, std::string_view key, std::string_view value) {
  MDB_val at = ToValue(key);
  MDB_val bytes = ToValue(value);
  return Done("put", mdb_put(txn_, table.handle, &at, &bytes, 0));
}

Result<bool> WriteTransaction::Delete(Table table, std::string_view key) {
  MDB_val at = ToValue(key);
  const int code = mdb_del(txn_, table.handle, &at, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (const Status deleted = Done("delete", code); !deleted) return deleted.error();
  return true;
}

std::uint64_t WriteTransaction::Count(Table table) {
  return CountIn(txn_, table);
}

void WriteTransaction::Scan(Table table, std::string_view from, const Visit& visit) {
  environment_.Note(ScanIn(txn_, table, from, visit));
}

Status WriteTransaction::Commit() {
  return Done("commit", mdb_txn_commit(std::exchange(txn_, nullptr)));
}

}  // namespace cache
