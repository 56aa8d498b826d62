#include "policyd/admin/shared/new_key.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "cache/lmdb/durable_file.h"
#include "policyd/config/secret_files.h"

namespace policyd::admin {
namespace {

constexpr mode_t kMode = 0640;

bool Fill(int fd) {
  config::SharedKey key{};
  const bool is_random = getrandom(key.data(), key.size(), 0) == static_cast<ssize_t>(key.size());
  return is_random && fchmod(fd, kMode) == 0 && write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
         fsync(fd) == 0;
}

}  // namespace

Result<NewKey> MakeSharedKey(const std::string& file) {
  if (file.empty()) return Error{.kind = Error::Kind::kUsage, .message = "FILE: expected the name of a file"};
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (fd < 0 && errno == EEXIST) {
    return Error{.kind = Error::Kind::kConflict,
                 .message = fmt::format("{}: there is such a file already; the key of hosts that share is copied to a "
                                        "new one, not made anew",
                                        file)};
  }
  if (fd < 0) {
    const auto kind = errno == EACCES || errno == EPERM ? Error::Kind::kNotPermitted : Error::Kind::kBadInput;
    return Error{.kind = kind, .message = fmt::format("{}: {}", file, std::strerror(errno))};
  }
  const bool is_written = Fill(fd);
  const std::string why = is_written ? std::string() : std::strerror(errno);
  close(fd);
  const cache::Status synced = is_written ? cache::SyncPath(file) : cache::Status(rules::Error{why});
  if (synced.ok()) return NewKey{.file = file};
  unlink(file.c_str());
  return Error{.kind = Error::Kind::kBadInput, .message = fmt::format("{}: {}", file, synced.error().message)};
}

runtime::Json ToJson(const NewKey& made) {
  return runtime::Json::Object().Add("file", made.file);
}

}  // namespace policyd::admin
