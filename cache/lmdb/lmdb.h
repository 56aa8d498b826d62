// RAII for the few LMDB calls we use; lmdb.cc is the one file that includes lmdb.h.
//
// Hygiene: never MDB_WRITEMAP (a full disk would be a SIGBUS), no DUPSORT (bugs in 0.9.24), never one environment
// opened twice in a process, FD_CLOEXEC on its file, the directory fsynced after creation, the map as large as max_size
// from the first open (a resize under a reader is a SIGSEGV).  MDB_NOTLS: a read transaction belongs to an object, not
// to a thread.  A file that lost its end is refused at open: touching what is not there would be a SIGBUS.  Damage that
// LMDB meets later ends the process; crash_marks.h says what is left behind for the next start.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/locked.h"
#include "rules/values/result.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace cache {

using rules::Error;
using rules::Result;
using rules::Status;

// A named table of an Environment; a number, valid as long as the Environment is open.
struct Table {
  unsigned handle = 0;
};

enum class Durability : std::uint8_t {
  kSynced,  // a commit that returned survives a power cut
  kLazy,    // survives the process, not the machine
};

class Environment {
 public:
  struct Options {
    std::string directory;
    std::uint64_t max_size = std::uint64_t{4} << 30;  // bytes of address space; the file grows as needed
    Durability durability = Durability::kSynced;
    bool create = false;  // else a directory that is not there is an error
    bool is_read_only = false;
    bool is_in_memory = false;  // OpenInMemory() says so
    std::vector<std::string> tables;
  };

  // Faults that keep an open environment from being used as it should.
  enum class Fault : std::uint8_t {
    kNone,
    kPanic,   // a write of its head failed: LMDB refuses all from then on, until it is opened again
    kDamage,  // a page was met that cannot be right
    kClosed,  // it could not be opened again
  };

  static Result<std::unique_ptr<Environment>> Open(const Options& options);
  // The same in memory, gone with the process: for want of a disk that can be written.
  static Result<std::unique_ptr<Environment>> OpenInMemory(Options options);
  explicit Environment(Options options) : options_(std::move(options)) {}  // Open() is the way to get one
  ~Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Table table(std::size_t index) const { return tables_[index]; }  // in the order of Options::tables
  Table table(std::string_view name) const;                        // REQUIRES: it is one of Options::tables

  Fault fault() const { return fault_; }
  bool is_read_only() const { return is_read_only_; }
  bool is_in_memory() const { return options_.is_in_memory; }
  const std::string& directory() const { return options_.directory; }
  // Closes it, lets `between` (may be empty) act on its files, and opens it again, for writing where that works.  Read
  // transactions let go of it with their next use or Reset(); where one does not within `patience`, nothing is done.
  // Until it is open again every use fails.  One thread at a time, without a transaction of its own.
  Status Reopen(std::chrono::milliseconds patience, const std::function<Status()>& between = {});

  struct Usage {
    std::uint64_t used_bytes = 0;  // up to the last page in use; pages freed inside count as used
    std::uint64_t free_bytes = 0;  // in pages that deletes gave back
    std::uint64_t max_bytes = 0;
  };
  // Reads the list of free pages: milliseconds where it is long.
  Usage usage() const;
  // Are more than `percent` of the pages that there may be in use?  Cheap until the file has grown that far.
  bool IsAbove(unsigned percent) const;
  Status Sync();                                      // for kLazy
  int ClearDeadReaders();                             // slots of killed processes; how many
  Status CopyTo(const std::string& directory) const;  // consistent, while others write

  // How many commits the oldest snapshot that some process holds is behind, and whose it is.  Pages freed since then
  // cannot be used again: the file grows.
  struct OldestReader {
    std::uint64_t commits_behind = 0;
    int pid = 0;
  };
  OldestReader oldest_reader() const;

 private:
  friend class ReadTransaction;
  friend class WriteTransaction;
  using Handle = std::shared_ptr<MDB_env>;

  Status OpenHandle(const Options& options);
  Status OpenTables(MDB_env* env, const Options& options);
  Handle handle() const;  // null while it is closed
  std::uint64_t opening() const { return opening_.load(std::memory_order_acquire); }
  void Note(int code) const;

  const Options options_;
  std::vector<Table> tables_;
  Locked<Handle> open_;
  std::atomic<std::uint64_t> opening_ = 0;  // one more with each closing and each opening
  std::atomic<bool> is_read_only_ = false;
  mutable std::atomic<Fault> fault_ = Fault::kNone;
};

// A snapshot.  Values point into the map and live until Reset() or the destructor.  One thread at a time.
class ReadTransaction {
 public:
  explicit ReadTransaction(const Environment& environment);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

  // A transaction left open keeps every page it could see: reset before sleeping.  The next Get() renews it.
  void Reset();

  std::optional<std::string_view> Get(Table table, std::string_view key);
  std::uint64_t Count(Table table);
  std::uint64_t Bytes(Table table);  // of the pages that hold its rows

  // Snapshots of one number are the same; 0 where there is none.
  std::uint64_t number();

  // The fault since the last call, or nothing.  Rows that could not be read were told as absent.
  std::optional<std::string> TakeError();
  // Makes an error of a record that says nothing.
  void NoteUnreadable();

  // Calls visit for keys from `from` on, in order, until it returns false.
  void Scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit);

  // The same for rows that go to people: copies them, at most 1,000 a snapshot, and resets in between, so that no
  // terminal or pager holds a page.  Not one snapshot, therefore; what Get() gave before is gone.
  void Walk(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit);

 private:
  bool Renew();
  int Begin();
  void LetGo();
  bool Note(int code);  // returns whether all is well

  const Environment& environment_;
  std::shared_ptr<MDB_env> env_;  // of txn_
  std::uint64_t opening_ = 0;     // of the environment, that env_ is from
  MDB_txn* txn_ = nullptr;
  bool is_live_ = false;
  int error_ = 0;
};

// One at a time in all processes; aborted by the destructor unless committed.  One thread from Begin() to the end.
//
// Holds back SIGINT, SIGTERM and SIGTSTP: a tool stopped here would stop the daemon's Writer with it.
class WriteTransaction {
 public:
  static Result<std::unique_ptr<WriteTransaction>> Begin(Environment& environment);
  // Begin() is the way to get one.
  WriteTransaction(const Environment& environment, std::shared_ptr<MDB_env> env, MDB_txn* txn,
                   const sigset_t& signals_before)
      : environment_(environment), env_(std::move(env)), txn_(txn), signals_before_(signals_before) {}
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  std::optional<std::string_view> Get(Table table, std::string_view key);
  Status Put(Table table, std::string_view key, std::string_view value);
  // Returns whether there was such a key.  REQUIRES: key does not point into the map.
  Result<bool> Delete(Table table, std::string_view key);
  std::uint64_t Count(Table table);
  void Scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit);
  Status Commit();

 private:
  Status Done(const char* what, int code);

  const Environment& environment_;
  std::shared_ptr<MDB_env> env_;
  MDB_txn* txn_;
  sigset_t signals_before_;
};

}  // namespace cache
