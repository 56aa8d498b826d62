// Opens the file of an Environment, and checks that it holds all its pages.  Beside lmdb.cc the one place that speaks
// to LMDB; nothing here outlives the call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/lmdb/lmdb.h"

namespace cache {

// Why a file could not be opened.
struct OpenFailure {
  int code = 0;  // of LMDB or errno
  std::string message;

  // Is it the fault of what stands in the file, or in its place?  Else of the disk, of rights or of the process.
  bool is_damage() const;
};

// Opens `env`, fresh from mdb_env_create, on the files in options.directory.
std::optional<OpenFailure> OpenFile(MDB_env* env, const Environment::Options& options);

// Opens the tables of these names; `flags`: MDB_CREATE makes those that are missing.  Returns LMDB's code.
int FindTables(MDB_env* env, const std::vector<std::string>& names, unsigned flags, std::vector<Table>& tables);

std::uint64_t PageSize(MDB_env* env);
std::uint64_t CountFreePages(MDB_env* env);

Environment::OldestReader FindOldestReader(MDB_env* env);

// A new folder in memory, or where nothing better is.
std::optional<std::string> MakeFolderInMemory();

// Is there a data file, and something in it?
bool HasData(const std::string& directory);

// Is it a code that says that the pages themselves are wrong?
bool IsDamage(int code);

}  // namespace cache
