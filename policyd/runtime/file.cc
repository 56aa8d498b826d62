#include "policyd/runtime/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rules/values/plain_text.h"

namespace policyd::runtime {

rules::Result<std::string> ReadFile(const std::string& path) {
  const auto fail = [](int error) {
    return rules::Error{std::string("expected a readable file, got \"") + std::strerror(error) + '"'};
  };
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(errno);

  std::string content;
  std::array<char, 65536> block{};
  ssize_t count = 0;
  while ((count = read(fd, block.data(), block.size())) > 0) {
    content.append(block.data(), static_cast<std::size_t>(count));
  }
  const int error = errno;
  close(fd);
  if (count < 0) return fail(error);
  return rules::ToUtf8(std::move(content));
}

}  // namespace policyd::runtime
