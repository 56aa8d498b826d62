#include "cache/store_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "cache/lmdb/durable_file.h"

namespace cache {
namespace {

constexpr std::size_t kMaxPid = 16;

// A lock on the whole file that belongs to the open file (F_OFD_...): one of the process (F_SETLK) would go with the
// first close of any descriptor of the file.
struct flock WholeFile() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::optional<int> ReadPid(const std::string& file) {
  const auto text = ReadSmallFile(file, kMaxPid);
  int pid = 0;
  const bool is_number =
      text && std::from_chars(text->data(), text->data() + text->size(), pid).ec == std::errc() && pid > 0;
  return is_number ? std::optional(pid) : std::nullopt;
}

}  // namespace

std::variant<std::unique_ptr<StoreLock>, StoreLock::HeldBy, rules::Error> StoreLock::Take(const std::string& file) {
  const int fd = OpenOwnFile(file, O_RDWR | O_CREAT, 0640);
  if (fd < 0 && (errno == EINVAL || errno == ELOOP)) return rules::Error{file + ": expected a regular file"};
  if (fd < 0) return SystemError(file);
  auto taken = std::make_unique<StoreLock>(fd);
  struct flock lock = WholeFile();
  if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return HeldBy{ReadPid(file)};
    return SystemError(file);
  }
  // On a full disk the pid cannot be written; the lock holds all the same.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) == 0) [[maybe_unused]]
    const ssize_t told = pwrite(fd, pid.data(), pid.size(), 0);
  return taken;
}

std::optional<StoreLock::HeldBy> StoreLock::Look(const std::string& file) {
  const int fd = OpenOwnFile(file, O_RDONLY);
  if (fd < 0) return std::nullopt;
  const StoreLock closes(fd);
  struct flock lock = WholeFile();
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return HeldBy{ReadPid(file)};
}

StoreLock::~StoreLock() {
  close(fd_);
}

}  // namespace cache
