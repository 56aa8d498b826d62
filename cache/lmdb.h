// RAII for the few LMDB calls we use; lmdb.cc is the one file that includes lmdb.h.
//
// Hygiene: never MDB_WRITEMAP (a full disk would be a SIGBUS), no DUPSORT (bugs in 0.9.24), never one environment
// opened twice in a process, FD_CLOEXEC on its file, the directory fsynced after creation, the map as large as max_size
// from the first open (a resize under a reader is a SIGSEGV).  MDB_NOTLS: a read transaction belongs to an object, not
// to a thread.  A file that lost its end is refused at open: touching what is not there would be a SIGBUS.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/result.h"

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
    std::vector<std::string> tables;
  };

  static Result<std::unique_ptr<Environment>> Open(const Options& options);
  explicit Environment(MDB_env* env) : env_(env) {}  // takes it over; Open() is the way to get one
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Table table(std::size_t index) const { return tables_[index]; }  // in the order of Options::tables
  MDB_env* raw() const { return env_; }

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

 private:
  Status OpenTables(const Options& options);

  MDB_env* env_;
  std::vector<Table> tables_;
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

  // Calls visit for keys from `from` on, in order, until it returns false.
  void Scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit);

  // The same for rows that go to people: copies them, at most 1,000 a snapshot, and resets in between, so that no
  // terminal or pager holds a page.  Not one snapshot, therefore; what Get() gave before is gone.
  void Walk(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit);

 private:
  bool Renew();
  const Environment& environment_;
  MDB_txn* txn_ = nullptr;
  bool is_live_ = false;
};

// One at a time in all processes; aborted by the destructor unless committed.  One thread from Begin() to the end.
//
// Holds back SIGINT, SIGTERM and SIGTSTP: a tool stopped here would stop the daemon's Writer with it.
class WriteTransaction {
 public:
  static Result<std::unique_ptr<WriteTransaction>> Begin(Environment& environment);
  WriteTransaction(MDB_txn* txn, const sigset_t& signals_before) : txn_(txn), signals_before_(signals_before) {}
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
  MDB_txn* txn_;
  sigset_t signals_before_;
};

}  // namespace cache
