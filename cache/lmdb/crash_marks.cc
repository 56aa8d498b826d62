#include "cache/lmdb/crash_marks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <tuple>
#include <utility>

#include <lmdb.h>

namespace cache {
namespace {

constexpr std::size_t kMostWatched = 16;
constexpr std::size_t kMaxPath = 1024;

struct Watched {
  std::atomic<MDB_env*> env = nullptr;
  std::uintptr_t begin = 0, end = 0;  // of the map
  std::array<char, kMaxPath> directory{}, suspect{}, look{};
};

// A signal handler gets no argument of ours, so this is the only place with global variables.
std::array<Watched, kMostWatched> watched;
std::array<struct sigaction, 3> actions_before;
constexpr std::array<int, 3> kSignals{SIGBUS, SIGSEGV, SIGABRT};
void (*end_at_damage)(const char* directory) = nullptr;

void LeaveMark(const std::array<char, kMaxPath>& file) {
  const int fd = open(file.data(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
  if (fd >= 0) close(fd);
}

void Suspect(const Watched& environment) {
  LeaveMark(environment.suspect);
  if (end_at_damage) end_at_damage(environment.directory.data());
}

// LMDB tells the address of a map only if it is fixed; the system finds it by the file.
std::optional<std::pair<std::uintptr_t, std::uintptr_t>> FindMap(MDB_env* env) {
  int fd = -1;
  struct stat file {};
  if (mdb_env_get_fd(env, &fd) != MDB_SUCCESS || fstat(fd, &file) != 0) return std::nullopt;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string rights, offset, device;
    ino_t number = 0;
    fields >> std::hex >> begin >> dash >> end >> rights >> offset >> device >> std::dec >> number;
    if (fields && number == file.st_ino && line.find("data.mdb") != std::string::npos) return std::pair{begin, end};
  }
  return std::nullopt;
}

// A failed assertion has left its mark already; any other abort() has nothing to do with a store.
void OnFault(int number, siginfo_t* info, void*) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  bool is_known = number == SIGABRT;
  for (const Watched& environment : watched) {
    if (!is_known && environment.env && address >= environment.begin && address < environment.end) {
      Suspect(environment);
      is_known = true;
    }
  }
  for (const Watched& environment : watched) {
    if (!is_known && !end_at_damage && environment.env) LeaveMark(environment.look);
  }
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] == number) sigaction(number, &actions_before[i], nullptr);
  }
  // After the return the faulting instruction runs again and ends the process; a signal that somebody sent must be sent
  // again.
  if (info->si_code <= 0) raise(number);
}

}  // namespace

void MarkSuspectsAtCrash() {
  struct sigaction action {};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &actions_before[i]);
}

void EndAtDamage(void (*end)(const char* directory)) {
  end_at_damage = end;
  MarkSuspectsAtCrash();
}

void Watch(MDB_env* env, const std::string& directory) {
  for (Watched& free : watched) {
    MDB_env* nobody = nullptr;
    if (free.env || !free.env.compare_exchange_strong(nobody, env)) continue;
    free.begin = free.end = 0;
    std::snprintf(free.directory.data(), free.directory.size(), "%s", directory.c_str());
    std::snprintf(free.suspect.data(), free.suspect.size(), "%s/%s", directory.c_str(), kSuspectFile);
    std::snprintf(free.look.data(), free.look.size(), "%s/%s", directory.c_str(), kLookFile);
    return;
  }
}

void NoteMap(MDB_env* env) {
  const auto map = FindMap(env);
  for (Watched& known : watched) {
    if (map && known.env == env) std::tie(known.begin, known.end) = *map;
  }
}

void Forget(MDB_env* env) {
  for (Watched& known : watched) {
    if (known.env == env) known.env = nullptr;
  }
}

void MarkSuspect(MDB_env* env) {
  for (const Watched& known : watched) {
    if (known.env == env) Suspect(known);
  }
}

}  // namespace cache
