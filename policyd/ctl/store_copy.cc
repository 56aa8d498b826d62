#include "policyd/ctl/store_copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace policyd::ctl {
namespace {

constexpr mode_t kOwnerOnly = 0700;  // the copy holds the secret and who writes to whom
constexpr const char* kParts[] = {"records", "lists"};

ExitStatus StatusOf(int error) {
  return error == EACCES || error == EPERM || error == EROFS ? kNotPermitted : kStoreError;
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

StoreCopy::Failure StoreCopy::Failed(ExitStatus status, const std::string& expected) const {
  return {.status = status, .message = shown_ + ": expected " + expected};
}

std::optional<StoreCopy::Failure> StoreCopy::Prepare(const std::string& model) {
  struct stat about {};
  if (stat(model.c_str(), &about) != 0) {
    return Failure{.status = kStoreError, .message = model + ": expected a store: " + std::strerror(errno)};
  }
  is_new_ = mkdir(shown_.c_str(), kOwnerOnly) == 0;
  if (!is_new_ && errno != EEXIST) {
    return Failed(StatusOf(errno), std::string("a folder that can be made: ") + std::strerror(errno));
  }
  const int folder = open(shown_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return Failed(kBadInput, std::string("a folder: ") + std::strerror(errno));
  if (!IsEmpty(folder)) {
    close(folder);
    return Failed(kBadInput, "a new or an empty folder, there is something in it");
  }
  fd_ = folder;
  if (geteuid() == 0 && fchown(fd_, about.st_uid, about.st_gid) != 0) {
    return Failed(StatusOf(errno), std::string("a folder that can be given away: ") + std::strerror(errno));
  }
  return std::nullopt;
}

std::optional<StoreCopy::Failure> StoreCopy::TakeOne(const cache::Environment& environment, const char* name) const {
  if (mkdirat(fd_, name, kOwnerOnly) != 0) {
    return Failure{.status = StatusOf(errno),
                   .message = shown_ + "/" + name + ": expected a folder that can be made: " + std::strerror(errno)};
  }
  const auto copied = environment.CopyTo("/proc/self/fd/" + std::to_string(fd_) + "/" + name);
  if (copied) return std::nullopt;
  return Failure{.status = kStoreError, .message = shown_ + "/" + name + ": " + copied.error().message};
}

std::optional<StoreCopy::Failure> StoreCopy::Take(const cache::Stores& stores) {
  if (auto failure = TakeOne(stores.records_environment(), kParts[0])) return failure;
  if (auto failure = TakeOne(stores.lists_environment(), kParts[1])) return failure;
  is_whole_ = true;
  return std::nullopt;
}

}  // namespace policyd::ctl
