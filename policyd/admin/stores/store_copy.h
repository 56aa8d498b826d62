// Copies records/ and lists/ to a folder and back: the whole of them, or the folder is left as it was.
#pragma once

#include <sys/types.h>
#include <string>

#include "cache/stores.h"
#include "policyd/admin/error.h"
#include "policyd/config/config.h"
#include "rules/values/result.h"

namespace policyd::admin {

class StoreCopy {
 public:
  // `directory` is new or an empty folder.
  explicit StoreCopy(std::string directory) : shown_(std::move(directory)) {}
  // Takes away what is not Finish()ed.
  ~StoreCopy();
  StoreCopy(const StoreCopy&) = delete;
  StoreCopy& operator=(const StoreCopy&) = delete;

  // Makes the folder, or takes one of the process's own user that nobody else may write to; as root gives it to the
  // owner of `model`.  It stays open: its way there need not be open to that owner, whose rights the process takes on
  // later.  Where that owner could exchange folders on the way, the process becomes the owner before; where others
  // could, it refuses.
  Status Prepare(const std::string& model);
  // Copies while others write.  facts/ is left out: DNS can be asked again.
  Status Take(const cache::Stores& stores);

 private:
  Error Failed(Error::Kind kind, const std::string& expected) const;
  Status CheckOwn(int folder) const;
  Status TakeOne(const cache::Environment& environment, const char* name) const;

  std::string shown_;
  int fd_ = -1;
  bool is_new_ = false;  // made by Prepare()
  bool is_whole_ = false;
};

// A backup, or another store, becomes the store of this configuration.  store.directory must be new or empty: nothing
// is ever written over.
Status Restore(const config::Config& config, const std::string& from);

// Tells which users could exchange the end of a path while a process of root's works there.  Root writes, makes folders
// and gives them away only where nobody else decides what its path leads to.
enum class PathPower : std::uint8_t {
  kRoot,   // root alone decides what stands there
  kOwner,  // root and `owner`
};

// Follows the folders above the last part of `path`, links included.  An error that names the folder or link where one
// belongs to somebody else, or others may write to it and it has no sticky bit.  The last part itself is not looked at.
rules::Result<PathPower> PowerOver(const std::string& path, uid_t owner);

}  // namespace policyd::admin
