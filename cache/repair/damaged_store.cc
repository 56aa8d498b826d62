#include "cache/repair/store_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <vector>

#include "cache/lmdb/crash_marks.h"

namespace cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 100;  // of one second

std::string TimeAsName() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc)};
}

// DNS can be asked again for facts/, so one damaged copy is enough.  Of lists/ an operator will want to see the
// entries.
std::size_t MostKept(const std::string& name) {
  return name == "facts" ? 1 : name == "records" ? 2 : 4;
}

// The oldest stays where more than one does: it holds most of what people had.
void DropOld(const std::string& store, const std::string& name) {
  std::vector<std::string> kept;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(store, ignored)) {
    const std::string one = entry.path().filename().string();
    if (one.starts_with(name + ".damaged-")) kept.push_back(one);
  }
  std::sort(kept.begin(), kept.end());
  const std::size_t most = MostKept(name);
  const std::size_t first = most > 1 ? 1 : 0;
  while (kept.size() > most) {
    fs::remove_all(store + "/" + kept[first], ignored);
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

std::string SuspectedFile(const std::string& environment) {
  return environment + "/suspected";
}

}  // namespace

Result<std::string> MoveAside(const std::string& store, const std::string& name) {
  const std::string from = store + "/" + name;
  const std::string first = name + ".damaged-" + TimeAsName();
  std::string to = first;
  struct stat there {};
  for (std::size_t i = 2; i < kMostNames && lstat((store + "/" + to).c_str(), &there) == 0; ++i) {
    to = first + "-" + std::to_string(i);
  }
  if (std::rename(from.c_str(), (store + "/" + to).c_str()) != 0) return SystemError(from);
  DropOld(store, name);
  if (const Status synced = SyncPath(store); !synced) return synced.error();
  return to;
}

Suspicion TakeSuspicion(const std::string& environment) {
  const std::string suspect = environment + "/" + kSuspectFile;
  const std::string suspected = SuspectedFile(environment);
  struct stat mark {};
  const bool is_to_be_looked_at = unlink((environment + "/" + kLookFile).c_str()) == 0;
  if (stat(suspect.c_str(), &mark) != 0) return is_to_be_looked_at ? Suspicion::kLook : Suspicion::kNone;
  const bool is_again = stat(suspected.c_str(), &mark) == 0;
  // If the disk refuses the renaming, the mark stays: then each start checks every page, nothing worse.
  [[maybe_unused]] const int renamed = std::rename(suspect.c_str(), suspected.c_str());
  return is_again ? Suspicion::kAgain : Suspicion::kOnce;
}

void ForgetSuspicion(const std::string& environment) {
  unlink(SuspectedFile(environment).c_str());
}

}  // namespace cache
