#include "cache/lmdb/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace cache {
namespace {

std::string ParentOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

Error SystemError(const std::string& path) {
  return Error{path + ": " + std::strerror(errno)};
}

Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0750) == 0) return SyncPath(ParentOf(path));
  if (errno == EEXIST) return rules::Done{};
  return SystemError(path);
}

int OpenOwnFile(const std::string& path, int flags, unsigned mode) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
  if (fd < 0) return fd;
  struct stat about {};
  if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) return fd;
  close(fd);
  errno = EINVAL;
  return -1;
}

Status ReplaceFile(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());  // left over from a process that was killed, or put there by somebody else
  const int fd = OpenOwnFile(fresh, O_WRONLY | O_CREAT | O_EXCL, 0640);
  if (fd < 0) return SystemError(fresh);
  const bool is_written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const Error failure = SystemError(fresh);
  close(fd);
  if (!is_written) return failure;
  if (rename(fresh.c_str(), path.c_str()) != 0) return SystemError(path);
  return SyncPath(ParentOf(path));
}

std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t limit) {
  const int fd = OpenOwnFile(path, O_RDONLY);
  if (fd < 0) return std::nullopt;
  std::string text(limit, '\0');
  const ssize_t size = read(fd, text.data(), text.size());
  close(fd);
  if (size < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Status SyncPath(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(path);
  const bool is_synced = fsync(fd) == 0;
  const Error failure = SystemError(path);
  close(fd);
  if (!is_synced) return failure;
  return rules::Done{};
}

}  // namespace cache
