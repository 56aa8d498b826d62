#include "policyd/admin/import/foreign_program.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

namespace policyd::admin {
namespace {

namespace fs = std::filesystem;

// Room for ten million triplets: a dump is longer than any list that people write.
constexpr std::size_t kLargestDump = std::size_t{2} << 30;
constexpr int kNotThere = 127;  // as the shell
constexpr int kNoRights = 126;

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
};

Identity Nobody() {
  const passwd* nobody = getpwnam("nobody");
  return nobody ? Identity{nobody->pw_uid, nobody->pw_gid} : Identity{65534, 65534};
}

std::string Fault(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

rules::Result<std::string> ReadToEnd(int descriptor, const std::string& program) {
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = read(descriptor, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return rules::Error{Fault(program)};
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > kLargestDump) return rules::Error{program + ": expected at most 2 GiB of text"};
  }
}

// Runs in the child: becomes the program, or ends.
[[noreturn]] void Become(std::vector<std::string>& words, const std::optional<Identity>& who, int output) {
  if (who && (setgroups(0, nullptr) != 0 || setgid(who->group) != 0 || setuid(who->user) != 0)) _exit(kNoRights);
  if (dup2(output, STDOUT_FILENO) < 0 || chdir("/") != 0) _exit(kNoRights);
  // Without root's environment: no rc file in a home, no settings of libraries by variables.
  clearenv();
  setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
  setenv("LC_ALL", "C", 1);
  setenv("HOME", "/nonexistent", 1);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(kNotThere);
}

// The output of the program; its complaints go where ours go.
rules::Result<std::string> Run(const ForeignProgram& program, const std::string& path, const std::string& shown,
                               const std::optional<Identity>& who) {
  std::vector<std::string> words = program.words(path);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return rules::Error{Fault(words.front())};
  const pid_t child = fork();
  if (child == 0) Become(words, who, ends[1]);
  close(ends[1]);
  auto text =
      child < 0 ? rules::Result<std::string>(rules::Error{Fault(words.front())}) : ReadToEnd(ends[0], words.front());
  close(ends[0]);
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!text) return text;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotThere) {
    return rules::Error{words.front() + ": expected Debian's package " + program.package +
                        ", or the text that it prints" + (shown.empty() ? "" : " instead of this file")};
  }
  const bool is_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!is_well && shown.empty()) return rules::Error{words.front() + ": expected exit status 0"};
  if (!is_well) {
    const std::string as = who ? " as user " + std::to_string(who->user) : "";
    return rules::Error{shown + ": expected a sound database: " + words.front() + " could not read it" + as};
  }
  return text;
}

// May every user enter the folder, and all above it?
bool IsOpenToAll(const fs::path& folder) {
  std::error_code fault;
  for (fs::path path = fs::canonical(folder, fault);; path = path.parent_path()) {
    if (fault || (fs::status(path, fault).permissions() & fs::perms::others_exec) == fs::perms::none) return false;
    if (path == path.root_path()) return true;
  }
}

// Where files of a moment are made; root's TMPDIR may be closed to the user that is to read them (pam_tmpdir).
fs::path OpenTemporaryFolder() {
  std::error_code fault;
  fs::path chosen = fs::temp_directory_path(fault);
  for (const fs::path& folder : {chosen, fs::path("/tmp"), fs::path("/var/tmp")}) {
    if (IsOpenToAll(folder)) return folder;
  }
  return chosen;
}

// A folder with a copy of the file that one user may read; gone with it.
class PrivateCopy {
 public:
  PrivateCopy() = default;
  ~PrivateCopy() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;

  // The path of the copy.
  rules::Result<std::string> Make(const std::string& file, const Identity& reader) {
    std::error_code fault;
    std::string folder = (OpenTemporaryFolder() / "sekimori-import-XXXXXX").string();
    if (!mkdtemp(folder.data())) return rules::Error{Fault(folder)};
    folder_ = folder;
    const fs::path original = file;
    if (auto error = Take(original, reader)) return *std::move(error);
    for (const auto& entry : fs::directory_iterator(original.parent_path(), fault)) {
      if (!IsPartOf(original, entry.path())) continue;
      if (auto error = Take(entry.path(), reader)) return *std::move(error);
    }
    if (fault) return rules::Error{file + ": expected a readable folder: " + fault.message()};
    if (chown(folder.c_str(), reader.user, reader.group) != 0) return rules::Error{Fault(folder)};
    return (folder_ / original.filename()).string();
  }

 private:
  // The files that a program keeps beside its database: Berkeley DB's environment, SQLite's journals.  Not DB_CONFIG:
  // it can name other places to write to.
  static bool IsPartOf(const fs::path& file, const fs::path& other) {
    struct stat about {};
    if (lstat(other.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_uid != 0) return false;
    const std::string name = other.filename().string();
    const bool is_environment = name.starts_with("__db.") || name.starts_with("log.");
    return is_environment || name == file.filename().string() + "-wal" || name == file.filename().string() + "-journal";
  }

  // Nobody else can enter the folder before it is given away.
  std::optional<rules::Error> Take(const fs::path& file, const Identity& reader) {
    const fs::path copy = folder_ / file.filename();
    std::error_code fault;
    if (!fs::copy_file(file, copy, fault)) {
      return rules::Error{file.string() + ": expected a readable file: " + fault.message()};
    }
    if (chown(copy.c_str(), reader.user, reader.group) != 0) return rules::Error{Fault(copy.string())};
    return std::nullopt;
  }

  fs::path folder_;
};

}  // namespace

rules::Result<std::string> OutputOf(const ForeignProgram& program) {
  return Run(program, {}, {}, std::nullopt);
}

rules::Result<std::string> OutputOf(const ForeignProgram& program, const std::string& file) {
  if (geteuid() != 0) return Run(program, file, file, std::nullopt);
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) {
    return rules::Error{file + ": expected a readable file: " + std::strerror(errno)};
  }
  if (about.st_uid != 0) return Run(program, file, file, Identity{about.st_uid, about.st_gid});
  const Identity nobody = Nobody();
  PrivateCopy copy;
  const auto path = copy.Make(file, nobody);
  return path ? Run(program, *path, file, nobody) : path;
}

}  // namespace policyd::admin
