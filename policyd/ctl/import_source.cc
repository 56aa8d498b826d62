// SQLite     the file begins with "SQLite format 3" and a zero
// (sqlite.org/fileformat.html, 1.3) Berkeley DB  bytes 12 to 15 are 0x00053162
// for a B-tree, 0x00061561 for a hash, in the byte order of its machine
//
// Both formats are those of a library; its own program writes them as text.
#include "policyd/ctl/import_source.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "policyd/ctl/input.h"

namespace policyd::ctl {
namespace {

namespace fs = std::filesystem;

// Ten million triplets: a dump is longer than any list that people write.
constexpr std::size_t kLargestDump = std::size_t{2} << 30;

enum class Format : std::uint8_t { kText, kSqlite, kBerkeleyDb };

Format FormatOf(const std::string& file) {
  std::array<char, 16> begin{};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(begin.data(), begin.size())) return Format::kText;
  if (std::memcmp(begin.data(), "SQLite format 3", begin.size()) == 0) return Format::kSqlite;
  const std::string magic(begin.begin() + 12, begin.end());
  for (const std::string& known : {std::string("\x62\x31\x05\x00", 4), std::string("\x61\x15\x06\x00", 4)}) {
    if (magic == known || magic == std::string(known.rbegin(), known.rend())) return Format::kBerkeleyDb;
  }
  return Format::kText;
}

rules::Result<std::string> ReadToEnd(int descriptor, const std::string& program) {
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = read(descriptor, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return rules::Error{program + ": " + std::strerror(errno)};
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > kLargestDump) return rules::Error{program + ": expected at most 2 GiB of text"};
  }
}

// What the program prints; its own complaints go where ours go.
rules::Result<std::string> OutputOf(std::vector<std::string> words, const std::string& package) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return rules::Error{words.front() + ": " + std::strerror(errno)};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int fault = posix_spawnp(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (fault != 0) {
    close(ends[0]);
    return rules::Error{words.front() + ": " + std::strerror(fault) + ": expected Debian's package " + package +
                        ", or the text that it prints instead of this file"};
  }
  auto text = ReadToEnd(ends[0], words.front());
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (text && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
    return rules::Error{words.back() + ": expected a sound database: " + words.front() + " could not read it"};
  }
  return text;
}

// A database in use is read through its environment: the newest rows may not
// stand in the file yet.
std::vector<std::string> BerkeleyDbDump(const fs::path& path) {
  std::error_code fault;
  if (!fs::exists(path.parent_path() / "__db.001", fault)) return {"db5.3_dump", "-p", path.string()};
  return {"db5.3_dump", "-p", "-h", path.parent_path().string(), path.filename().string()};
}

rules::Result<std::string> ReadOne(Context& context, const std::string& file) {
  if (file == "-") return ReadInput(context, file);
  std::error_code fault;
  const fs::path path = fs::absolute(file, fault);
  if (fault) return rules::Error{file + ": expected a readable file: " + fault.message()};
  switch (FormatOf(file)) {
    case Format::kSqlite:
      return OutputOf({"sqlite3", "-readonly", path.string(), ".dump"}, "sqlite3");
    case Format::kBerkeleyDb:
      return OutputOf(BerkeleyDbDump(path), "db5.3-util");
    case Format::kText:
      break;
  }
  return ReadInput(context, file);
}

}  // namespace

rules::Result<std::vector<ImportSource>> ReadSources(Context& context, const std::string& file) {
  std::error_code fault;
  std::vector<std::string> files = {file};
  if (file != "-" && fs::is_directory(file, fault)) {
    files.clear();
    for (const char* name : {"postgrey.db", "postgrey_clients.db"}) {
      if (fs::exists(fs::path(file) / name, fault)) files.push_back((fs::path(file) / name).string());
    }
    if (files.empty()) return rules::Error{file + ": expected a file, or a folder with postgrey.db"};
  }
  std::vector<ImportSource> sources;
  for (const std::string& one : files) {
    auto text = ReadOne(context, one);
    if (!text) return text.error();
    sources.push_back({one == "-" ? "standard input" : one, std::move(*text)});
  }
  return sources;
}

}  // namespace policyd::ctl
