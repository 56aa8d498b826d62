#include "cache/lmdb/lmdb_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <lmdb.h>

#include "cache/lmdb/crash_marks.h"
#include "cache/lmdb/durable_file.h"

namespace cache {
namespace {

constexpr unsigned kMaxReaders = 512;
constexpr MDB_dbi kFreeList = 0;  // LMDB's own table: transaction -> pages it gave back

// The size of LMDB's lock file for kMaxReaders: a head of 192 bytes, which includes the first slot of 64 bytes.
constexpr off_t kLockFileSize = 192 + (kMaxReaders - 1) * 64;

OpenFailure Failed(const std::string& subject, int code) {
  return {.code = code, .message = subject + ": " + mdb_strerror(code)};
}

// Calls visit for each record of the free list: a count and as many page numbers.
void VisitFreeList(MDB_env* env, const std::function<void(std::string_view pages)>& visit) {
  MDB_txn* txn = nullptr;
  if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) != MDB_SUCCESS) return;
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(txn, kFreeList, &cursor) == MDB_SUCCESS) {
    MDB_val key{};
    MDB_val value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
      visit({static_cast<const char*>(value.mv_data), value.mv_size});
    }
    mdb_cursor_close(cursor);
  }
  mdb_txn_abort(txn);
}

void VisitFreePages(MDB_env* env, const std::function<void(std::size_t page)>& visit) {
  VisitFreeList(env, [&](std::string_view pages) {
    for (std::size_t at = sizeof(std::size_t); at + sizeof(std::size_t) <= pages.size(); at += sizeof(std::size_t)) {
      std::size_t page = 0;
      std::memcpy(&page, pages.data() + at, sizeof page);
      visit(page);
    }
  });
}

struct Extent {
  std::uint64_t page_size = 0, pages_in_use = 0, pages_held = 0;
  off_t file_size = 0;

  bool is_whole() const { return page_size > 0 && pages_held >= pages_in_use; }
};

Extent MeasureFile(MDB_env* env, int fd) {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  struct stat file {};
  const std::uint64_t page_size = PageSize(env);
  if (fstat(fd, &file) != 0 || page_size == 0) return {};
  return Extent{.page_size = page_size,
                .pages_in_use = info.me_last_pgno + 1,
                .pages_held = static_cast<std::uint64_t>(file.st_size) / page_size,
                .file_size = file.st_size};
}

// Does the file hold every page in use?  Pages that were taken and given back within one transaction are never written,
// so that a sound file may end early: but then all that is missing is free.
std::optional<OpenFailure> CheckLength(MDB_env* env, int fd) {
  if (MeasureFile(env, fd).is_whole()) return std::nullopt;
  MDB_txn* lock = nullptr;  // from here on nobody writes, in no process
  if (const int code = mdb_txn_begin(env, nullptr, 0, &lock)) return Failed("data.mdb", code);
  const std::unique_ptr<MDB_txn, void (*)(MDB_txn*)> unlock(lock, mdb_txn_abort);
  const Extent extent = MeasureFile(env, fd);
  if (extent.page_size == 0) return Failed("data.mdb", EIO);
  if (extent.is_whole()) return std::nullopt;

  // The free list itself may be what is missing: pages of zeros read as damaged, pages not there would be a SIGBUS.
  const auto full_size = static_cast<off_t>(extent.pages_in_use * extent.page_size);
  if (ftruncate(fd, full_size) != 0) return Failed("data.mdb", errno);
  std::uint64_t missing = extent.pages_in_use - extent.pages_held;
  VisitFreePages(env, [&](std::size_t page) {
    if (page >= extent.pages_held && page < extent.pages_in_use && missing > 0) --missing;
  });
  if (missing == 0) return std::nullopt;
  // The file gets its old length, so that the next start sees the damage too; the error below says more than a failure
  // of this call.
  [[maybe_unused]] const int ignored = ftruncate(fd, extent.file_size);
  return OpenFailure{.code = MDB_CORRUPTED,
                     .message = "data.mdb lost its end: expected " + std::to_string(full_size) + " bytes, got " +
                                std::to_string(extent.file_size)};
}

// The lock file is a map, too, made with holes: on a full disk the first touch of a hole would be a SIGBUS.
int FillLockFile(const std::string& directory) {
  const std::string file = directory + "/lock.mdb";
  const int fd = OpenOwnFile(file, O_RDWR | O_CREAT, 0600);
  if (fd < 0) return errno;
  const int code = posix_fallocate(fd, 0, kLockFileSize);
  close(fd);
  const bool is_short_of_space = code == ENOSPC || code == EDQUOT || code == EFBIG || code == EIO;
  return is_short_of_space ? code : 0;  // a file system that knows no such call has its own ways
}

// "     pid thread txnid" lines below a headline; "-" where a slot holds no snapshot.
int CollectReader(const char* line, void* context) {
  auto& oldest = *static_cast<std::pair<std::uint64_t, int>*>(context);
  std::string_view text(line);
  const auto next = [&text] {
    text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(word.size());
    return word;
  };
  const std::string_view pid = next();
  next();
  const std::string_view snapshot = next();
  std::uint64_t number = 0;
  int process = 0;
  const bool is_held = std::from_chars(snapshot.data(), snapshot.data() + snapshot.size(), number).ec == std::errc() &&
                       std::from_chars(pid.data(), pid.data() + pid.size(), process).ec == std::errc();
  if (is_held && number < oldest.first) oldest = {number, process};
  return 0;
}

unsigned FlagsOf(const Environment::Options& options) {
  unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;
  if (options.durability == Durability::kLazy) flags |= MDB_NOSYNC;
  if (options.is_read_only) flags |= MDB_RDONLY;
  return flags;
}

}  // namespace

bool IsDamage(int code) {
  return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_VERSION_MISMATCH ||
         code == MDB_INCOMPATIBLE;
}

bool OpenFailure::is_damage() const {
  // EINVAL: LMDB could not map what the first page says; ENOTDIR, EISDIR, ELOOP: something else stands in the way.
  return IsDamage(code) || code == MDB_PANIC || code == MDB_BAD_VALSIZE || code == EINVAL || code == EIO ||
         code == ENOTDIR || code == EISDIR || code == ELOOP;
}

std::optional<OpenFailure> OpenFile(MDB_env* env, const Environment::Options& options) {
  const auto page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  mdb_env_set_mapsize(env, options.max_size / page_size * page_size);
  mdb_env_set_maxreaders(env, kMaxReaders);
  mdb_env_set_maxdbs(env, static_cast<MDB_dbi>(options.tables.size()));
  mdb_env_set_assert(env, [](MDB_env* broken, const char*) { MarkSuspect(broken); });
  unsigned flags = FlagsOf(options);
  if (const int code = FillLockFile(options.directory)) {
    if (!options.is_read_only) return Failed(options.directory, code);
    flags |= MDB_NOLOCK;  // nobody can write here, either
  }
  if (const int code = mdb_env_open(env, options.directory.c_str(), flags, 0600)) {
    return Failed(options.directory, code);
  }
  int fd = -1;
  mdb_env_get_fd(env, &fd);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return Failed(options.directory, errno);
  if (auto failure = CheckLength(env, fd)) {
    failure->message.insert(0, options.directory + ": ");
    return failure;
  }
  int dead = 0;
  mdb_reader_check(env, &dead);  // killed processes may have left no slot for us
  return std::nullopt;
}

int FindTables(MDB_env* env, const std::vector<std::string>& names, unsigned flags, std::vector<Table>& tables) {
  tables.clear();
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env, nullptr, flags == 0 ? MDB_RDONLY : 0, &txn)) return code;
  for (const std::string& name : names) {
    MDB_dbi handle = 0;
    if (const int code = mdb_dbi_open(txn, name.c_str(), flags, &handle)) {
      mdb_txn_abort(txn);
      return code;
    }
    tables.push_back({handle});
  }
  return mdb_txn_commit(txn);
}

std::uint64_t PageSize(MDB_env* env) {
  MDB_stat stat{};
  return mdb_env_stat(env, &stat) == MDB_SUCCESS ? stat.ms_psize : 0;
}

std::uint64_t CountFreePages(MDB_env* env) {
  std::uint64_t count = 0;
  VisitFreeList(env, [&](std::string_view pages) {
    std::size_t in_record = 0;
    if (pages.size() >= sizeof in_record) std::memcpy(&in_record, pages.data(), sizeof in_record);
    count += in_record;
  });
  return count;
}

// A folder in memory, or where nothing better is.
std::optional<std::string> MakeFolderInMemory() {
  for (const char* where : {"/dev/shm", "/run", "/tmp"}) {
    std::string folder = std::string(where) + "/sekimori-XXXXXX";
    if (mkdtemp(folder.data())) return folder;
  }
  return std::nullopt;
}

Environment::OldestReader FindOldestReader(MDB_env* env) {
  MDB_envinfo info{};
  if (mdb_env_info(env, &info) != MDB_SUCCESS) return {};
  std::pair<std::uint64_t, int> oldest{info.me_last_txnid, 0};
  mdb_reader_list(env, CollectReader, &oldest);
  return {.commits_behind = info.me_last_txnid - oldest.first, .pid = oldest.second};
}

bool HasData(const std::string& directory) {
  struct stat file {};
  return stat((directory + "/data.mdb").c_str(), &file) == 0 && file.st_size > 0;
}

}  // namespace cache
