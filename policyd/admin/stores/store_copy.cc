#include "policyd/admin/stores/store_copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace policyd::admin {
namespace {

constexpr mode_t kOwnerOnly = 0700;  // the copy holds the secret and who writes to whom
constexpr const char* kParts[] = {"records", "lists"};

Error::Kind KindOf(int error) {
  return error == EACCES || error == EPERM || error == EROFS ? Error::Kind::kNotPermitted : Error::Kind::kStore;
}

bool IsEmpty(int directory) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(copy), &closedir);
  if (!stream) return false;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

bool IsOwned(const std::string& path, uid_t owner) {
  struct stat about {};
  return owner != 0 && lstat(path.c_str(), &about) == 0 && about.st_uid == owner;
}

// Was it made for a user of its own?  Then it stays that user's, not the backup's owner's.
bool HasOwner(const std::string& directory) {
  struct stat about {};
  return stat(directory.c_str(), &about) == 0 && about.st_uid != 0;
}

}  // namespace

StoreCopy::~StoreCopy() {
  if (fd_ < 0) return;
  if (!is_whole_) {
    for (const std::string part : kParts) {
      for (const char* file : {"/data.mdb", "/lock.mdb"}) unlinkat(fd_, (part + file).c_str(), 0);
      unlinkat(fd_, part.c_str(), AT_REMOVEDIR);
    }
    if (is_new_) rmdir(shown_.c_str());
  }
  close(fd_);
}

Error StoreCopy::Failed(Error::Kind kind, const std::string& expected) const {
  return {.kind = kind, .message = shown_ + ": expected " + expected};
}

Status StoreCopy::Prepare(const std::string& model) {
  struct stat about {};
  if (stat(model.c_str(), &about) != 0) {
    return Error{.kind = Error::Kind::kStore, .message = model + ": expected a store: " + std::strerror(errno)};
  }
  if (geteuid() == 0) {
    const auto power = PowerOver(shown_, about.st_uid);
    if (!power) return Error{.kind = Error::Kind::kNotPermitted, .message = power.error().message};
    // If the owner could exchange folders, root's rights would serve the owner: the owner's own rights are enough for
    // this.
    const bool is_owners = *power == PathPower::kOwner || IsOwned(shown_, about.st_uid);
    if (is_owners && !cache::BecomeOwnerOf(model))
      return Failed(Error::Kind::kNotPermitted, "to become the owner of " + model);
  }
  is_new_ = mkdir(shown_.c_str(), kOwnerOnly) == 0;
  if (!is_new_ && errno != EEXIST) {
    return Failed(KindOf(errno), std::string("a folder that can be made: ") + std::strerror(errno));
  }
  const int folder = open(shown_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return Failed(Error::Kind::kBadInput, std::string("a folder: ") + std::strerror(errno));
  Status is_usable = CheckOwn(folder);
  if (is_usable && !IsEmpty(folder)) {
    is_usable = Failed(Error::Kind::kBadInput, "a new or an empty folder, this one has files in it");
  }
  if (!is_usable) {
    close(folder);
    return is_usable;
  }
  fd_ = folder;  // from here on its contents are ours to remove
  if (geteuid() == 0 && fchown(fd_, about.st_uid, about.st_gid) != 0) {
    return Failed(KindOf(errno), std::string("a folder that can be given away: ") + std::strerror(errno));
  }
  return rules::Done{};
}

// The copy holds the secret, and a user who may exchange the copy decides which clients are let in once it is put back.
Status StoreCopy::CheckOwn(int folder) const {
  struct stat about {};
  if (fstat(folder, &about) != 0) return Failed(Error::Kind::kStore, std::strerror(errno));
  if (about.st_uid != geteuid()) {
    return Failed(Error::Kind::kNotPermitted,
                  "a folder of one's own, this one belongs to user " + std::to_string(about.st_uid));
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return Failed(Error::Kind::kNotPermitted, "a folder that nobody else may write to");
  return rules::Done{};
}

Status StoreCopy::TakeOne(const cache::Environment& environment, const char* name) const {
  if (mkdirat(fd_, name, kOwnerOnly) != 0) {
    return Error{.kind = KindOf(errno),
                 .message = shown_ + "/" + name + ": expected a folder that can be made: " + std::strerror(errno)};
  }
  const auto copied = environment.CopyTo("/proc/self/fd/" + std::to_string(fd_) + "/" + name);
  if (copied) return rules::Done{};
  return Error{.kind = Error::Kind::kStore, .message = shown_ + "/" + name + ": " + copied.error().message};
}

Status StoreCopy::Take(const cache::Stores& stores) {
  if (const auto taken = TakeOne(stores.records_environment(), kParts[0]); !taken) return taken;
  if (const auto taken = TakeOne(stores.lists_environment(), kParts[1]); !taken) return taken;
  is_whole_ = true;
  return rules::Done{};
}

Status Restore(const config::Config& config, const std::string& from) {
  const std::string& directory = config.store.directory;
  for (const char* part : {"/records/data.mdb", "/lists/data.mdb"}) {
    if (access((from + part).c_str(), F_OK) == 0) continue;
    return Error{.kind = Error::Kind::kBadInput,
                 .message = from + ": expected a backup, there is no " + std::string(part + 1)};
  }
  StoreCopy copy(directory);
  const auto prepared = copy.Prepare(HasOwner(directory) ? directory : from);
  if (!prepared) return prepared;
  const auto owner = cache::BecomeOwnerOf(directory);
  if (!owner) return As(Error::Kind::kStore, owner.error());

  const auto opened = cache::Stores::OpenForTool({.directory = from, .max_size = config.store.max_size});
  if (const auto* error = std::get_if<cache::Stores::OpenError>(&opened)) {
    const bool is_denied = error->kind == cache::Stores::OpenError::Kind::kPermission;
    return Error{.kind = is_denied ? Error::Kind::kNotPermitted : Error::Kind::kBadInput,
                 .message = error->message + "; nothing was changed"};
  }
  return copy.Take(**std::get_if<std::unique_ptr<cache::Stores>>(&opened));
}

}  // namespace policyd::admin
