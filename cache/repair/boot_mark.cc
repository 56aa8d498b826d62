// boot = boot-id LF | boot-id " clean" LF
#include "cache/repair/boot_mark.h"

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "cache/lmdb/durable_file.h"

namespace cache {
namespace {

constexpr std::size_t kMaxMark = 128;
constexpr std::string_view kClean = " clean";

std::string MarkFile(const std::string& directory) {
  return directory + "/boot";
}

std::string_view FirstLine(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string CurrentBootId() {
  const auto text = ReadSmallFile("/proc/sys/kernel/random/boot_id", kMaxMark);
  return text ? std::string(FirstLine(*text)) : std::string();
}

bool AreFactsSound(const std::string& directory, const std::string& boot_id) {
  const auto text = ReadSmallFile(MarkFile(directory), kMaxMark);
  if (!text || !text->ends_with('\n')) return false;
  const std::string_view mark = FirstLine(*text);
  return mark.ends_with(kClean) || (!boot_id.empty() && mark == boot_id);
}

rules::Status MarkInUse(const std::string& directory, const std::string& boot_id) {
  const bool is_marked = !boot_id.empty() && ReadSmallFile(MarkFile(directory), kMaxMark) == boot_id + "\n";
  if (is_marked) return rules::Done{};
  return ReplaceFile(MarkFile(directory), boot_id + "\n");
}

rules::Status MarkSound(const std::string& directory, const std::string& boot_id) {
  return ReplaceFile(MarkFile(directory), boot_id + std::string(kClean) + "\n");
}

rules::Status StartAnew(const std::string& directory) {
  for (const char* name : {"/boot", "/data.mdb", "/lock.mdb"}) {
    const std::string file = directory + name;
    if (unlink(file.c_str()) != 0 && errno != ENOENT) return SystemError(file);
  }
  return rules::Done{};
}

}  // namespace cache
