#include "policyd/config/token_file.h"

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

constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 512;
constexpr mode_t kTooMuch = 0037;  // the group may read, nobody else anything

rules::Error Fault(const std::string& path, std::string_view what) {
  return {fmt::format("{}: {}", path, what)};
}

std::variant<std::string, NotForUs, rules::Error> Check(const std::string& path, std::string_view content) {
  const std::string_view token = rules::WithoutBlanks(content);
  if (token.size() < kShortest || token.size() > kLongest) {
    return Fault(path, fmt::format("expected one line with a token of {} to {} characters, got {}", kShortest, kLongest,
                                   token.size()));
  }
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    return Fault(path, "expected one line of printable ASCII without blanks");
  }
  return std::string(token);
}

}  // namespace

std::variant<std::string, NotForUs, rules::Error> ReadTokenFile(const std::string& path) {
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
  return Check(path, {content.data(), static_cast<std::size_t>(count)});
}

}  // namespace policyd::config
