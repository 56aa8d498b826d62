#include "policyd/config/secret_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "rules/values/ascii.h"

namespace policyd::config {
namespace {

constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongest = 512;
constexpr mode_t kTooMuch = 0037;  // the group may read, nobody else anything

rules::Error Fault(const std::string& path, std::string_view what) {
  return {fmt::format("{}: {}", path, what)};
}

SecretRead<std::string> ReadSecret(const std::string& path) {
  // Non-blocking: the path may name a pipe.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 && errno == EACCES) return NotForUs{};
  if (fd < 0) return Fault(path, fmt::format("expected a readable file, got \"{}\"", std::strerror(errno)));
  struct stat about {};
  std::array<char, 2 * kLongest> content{};
  const bool is_file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  const ssize_t count = is_file ? read(fd, content.data(), content.size()) : 0;
  close(fd);
  if (!is_file || count < 0) return Fault(path, "expected a readable file");
  if ((about.st_mode & kTooMuch) != 0) {
    return Fault(path, fmt::format("expected mode 0640 or stricter, so that only its owner and group can read it, got "
                                   "{:04o}; see chmod 0640",
                                   about.st_mode & 07777));
  }
  return std::string(content.data(), static_cast<std::size_t>(count));
}

// `what` is "token", for the error.
SecretRead<std::string> ReadLine(const std::string& path, std::string_view what, std::size_t shortest) {
  auto read = ReadSecret(path);
  const auto* content = std::get_if<std::string>(&read);
  if (!content) return read;
  const std::string_view line = rules::WithoutBlanks(*content);
  if (line.size() < shortest || line.size() > kLongest) {
    return Fault(path, fmt::format("expected one line with a {} of {} to {} characters, got {}", what, shortest,
                                   kLongest, line.size()));
  }
  if (!std::all_of(line.begin(), line.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    return Fault(path, "expected one line of printable ASCII without blanks");
  }
  return std::string(line);
}

}  // namespace

SecretRead<std::string> ReadTokenFile(const std::string& path) {
  return ReadLine(path, "token", kShortestToken);
}

SecretRead<std::string> ReadPasswordFile(const std::string& path) {
  return ReadLine(path, "password", 1);
}

SecretRead<SharedKey> ReadKeyFile(const std::string& path) {
  auto read = ReadSecret(path);
  if (auto* error = std::get_if<rules::Error>(&read)) return std::move(*error);
  const auto* content = std::get_if<std::string>(&read);
  if (!content) return NotForUs{};
  SharedKey key{};
  if (content->size() != key.size()) {
    return Fault(path, fmt::format("expected the {} bytes that \"sekimorictl shared new-key\" writes, got {}",
                                   key.size(), content->size()));
  }
  std::copy(content->begin(), content->end(), key.begin());
  if (std::count(key.begin(), key.end(), key.front()) == static_cast<std::ptrdiff_t>(key.size())) {
    return Fault(path, "expected random bytes, got one byte over and over");
  }
  return key;
}

}  // namespace policyd::config
