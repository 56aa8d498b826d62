#include "policyd/ctl/input.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <utility>

#include "rules/values/plain_text.h"

namespace policyd::ctl {
namespace {

// A list of a million entries is 30 MB; a mail server takes no larger mail either.
constexpr std::size_t kLargest = 64U << 20U;
constexpr std::size_t kChunk = 64U << 10U;

rules::Result<std::string> ReadAll(std::istream& in, const std::string& shown) {
  std::string content;
  std::string chunk(kChunk, '\0');
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    content.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (content.size() > kLargest) return rules::Error{shown + ": expected at most 64 MiB"};
  }
  if (in.bad()) return rules::Error{shown + ": expected a readable file: " + std::strerror(errno)};
  return rules::ToUtf8(std::move(content));
}

}  // namespace

rules::Result<std::string> ReadInput(Context& context, const std::string& file) {
  if (file == "-") return ReadAll(context.in, "standard input");
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) {
    return rules::Error{file + ": expected a readable file: " + std::strerror(errno)};
  }
  if (S_ISDIR(about.st_mode)) return rules::Error{file + ": expected a file, this is a folder"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return rules::Error{file + ": expected a readable file: " + std::strerror(errno)};
  return ReadAll(in, file);
}

bool IsReadableFile(const std::string& file) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0 || S_ISDIR(about.st_mode)) return false;
  return std::ifstream(file).is_open();
}

}  // namespace policyd::ctl
