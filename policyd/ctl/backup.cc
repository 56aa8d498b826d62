#include "policyd/ctl/backup.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "policyd/json.h"

namespace policyd::ctl {
namespace {

constexpr mode_t kOwnerOnly = 0700;  // the copy holds the secret and who writes to whom

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

// The folder of the copy, open since the process may have been root: its way there need not be open to the store's
// owner.
class Destination {
 public:
  explicit Destination(std::string shown) : shown_(std::move(shown)) {}
  ~Destination() {
    if (fd_ >= 0) close(fd_);
  }
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  // Makes the folder and gives it to the owner of `store`.
  struct Failure {
    ExitStatus status = kStoreError;
    std::string message;
  };
  std::optional<Failure> Prepare(const std::string& store);

  rules::Status Copy(const cache::Environment& environment, const char* name) const;

 private:
  Failure Failed(ExitStatus status, const std::string& expected) const {
    return {.status = status, .message = shown_ + ": expected " + expected};
  }

  std::string shown_;
  int fd_ = -1;
};

std::optional<Destination::Failure> Destination::Prepare(const std::string& store) {
  struct stat about {};
  if (stat(store.c_str(), &about) != 0) {
    return Failure{.status = kStoreError, .message = store + ": expected a store, start sekimorid once"};
  }
  if (mkdir(shown_.c_str(), kOwnerOnly) != 0 && errno != EEXIST) {
    return Failed(StatusOf(errno), std::string("a folder that can be made: ") + std::strerror(errno));
  }
  fd_ = open(shown_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd_ < 0) return Failed(kBadInput, std::string("a folder: ") + std::strerror(errno));
  if (!IsEmpty(fd_)) return Failed(kBadInput, "a new or an empty folder, there is something in it");
  if (geteuid() == 0 && fchown(fd_, about.st_uid, about.st_gid) != 0) {
    return Failed(StatusOf(errno), std::string("a folder that can be given away: ") + std::strerror(errno));
  }
  return std::nullopt;
}

rules::Status Destination::Copy(const cache::Environment& environment, const char* name) const {
  if (mkdirat(fd_, name, kOwnerOnly) != 0) {
    return rules::Error{shown_ + "/" + name + ": expected a folder that can be made: " + std::strerror(errno)};
  }
  return environment.CopyTo("/proc/self/fd/" + std::to_string(fd_) + "/" + name);
}

}  // namespace

ExitStatus RunBackup(Context& context, const BackupOptions& options) {
  const auto config = ReadConfig(context);
  if (!config) return kBadConfiguration;
  Destination destination(options.directory);
  if (const auto failure = destination.Prepare(config->store.directory)) {
    return Fail(context, failure->status, failure->message);
  }
  const OpenedStore store = OpenStore(context);
  if (!store.stores) {
    rmdir(options.directory.c_str());  // it is empty: nothing of a command that failed stays
    return store.status;
  }
  const auto records = destination.Copy(store.stores->records_environment(), "records");
  if (!records) return Fail(context, kStoreError, records.error().message);
  const auto lists = destination.Copy(store.stores->lists_environment(), "lists");
  if (!lists) return Fail(context, kStoreError, lists.error().message);
  if (context.is_json) {
    context.out << Json::Object().Add("directory", options.directory).Dump() << '\n';
  } else {
    context.out << "copied records/ and lists/ to " << options.directory << '\n';
  }
  return kDone;
}

}  // namespace policyd::ctl
